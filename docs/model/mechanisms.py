"""The mechanisms that can be taken away, and the campaigns that must then fail."""


ALL = {'supersede', 'weak', 'givedelete', 'randomids', 'gcoldest', 'horizon', 'refusalsinpull', 'refusebump', 'needrecord', 'behindrow', 'unit', 'ownmark',
       'pagegreet', 'closeincomplete', 'stalefill', 'equalcopy', 'ownnumbers', 'scopecheck', 'ackhash', 'fillweak', 'resend', 'editgone', 'copytouch', 'keepall', 'keepreplaced', 'askhashes', 'named', 'decidedstay', 'closereplaced', 'dormant',
       'closedstay', 'formerloser', 'touchheld', 'touchcontext', 'formclose',
       'reopenstays', 'markcontext'}
COMFORT = {'askhashes', 'horizon'}                                   # these only spare false listings
CAMPAIGNS = {                                                        # faults, situations
  'base':      (False, set()),
  'order':     (False, {'order'}),
  'restore':   (True,  {'norepbackup', 'honest'}),
  'clone':     (True,  {'clone', 'conversation', 'norestore', 'norepbackup'}),
  'refuse':    (False, {'refuse'}),
  'scope':     (False, {'scope'}),
  'gc':        (False, {'gc'}),
  'gcrestore': (True,  {'gc', 'norepbackup', 'honest'}),
  'revert':    (False, {'revert'}),
  'touch':     (False, {'touch', 'revert'}),
  'reopen':    (False, {'reopen', 'order'}),
  'lostpc':    (True,  {'norepbackup', 'honest', 'lostpc'}),
  'oldbackup': (True,  {'norepbackup', 'honest', 'oldbackup', 'stick'}),
  'restores':  (True,  {'norepbackup', 'norestore', 'honest', 'restores'}),
  'stick':     (False, {'stick'}),
  'repback':   (True,  {'norestore', 'conversation', 'repback'}),
  'both':      (True,  {'honest', 'repback'}),
  'all':       (True,  {'norepbackup', 'refuse', 'gc', 'revert', 'honest'}),
}

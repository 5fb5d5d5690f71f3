"""The mechanisms that can be taken away, and the campaigns that must then fail."""


ALL = {'supersede', 'weak', 'givedelete', 'randomids', 'gcoldest', 'horizon', 'standing', 'refusalsinpull', 'refusebump', 'needrecord', 'behindrow', 'unit', 'ownmark',
       'pagegreet', 'closeincomplete', 'stalefill', 'equalcopy', 'ownnumbers', 'scopecheck', 'ackhash', 'fillweak', 'resend', 'editgone', 'copytouch', 'keepall', 'keepreplaced', 'askhashes', 'named', 'decidedstay', 'closereplaced', 'dormant',
       'closedstay', 'formerloser', 'touchheld', 'touchcontext', 'formclose',
       'reopenstays', 'markcontext', 'rulerank', 'dormantstays', 'dormantgiven', 'groupwhole', 'grouprest', 'appendonly', 'appendequal', 'refusedstay', 'measure', 'clockbound', 'clockfloor', 'clockset', 'seenfloor', 'afterreplaced', 'holdup', 'holdagain', 'behindothers', 'alias', 'inject', 'ofrecord', 'unseencolumns', 'unseenplain', 'unseendelete', 'onlywritten', 'upgradepull', 'uploadfirst', 'freshpull', 'reflife', 'orphanstate', 'keptrow', 'onlytried', 'knowdeletes', 'besidecopy', 'twincopies', 'copylisted'}
COMFORT = {'askhashes', 'horizon', 'groupwhole'}                                   # these only spare false listings
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
  'rules':     (False, {'rules', 'order'}),
  'set':       (False, {'rules'}),
  'lostpc':    (True,  {'norepbackup', 'honest', 'lostpc'}),
  'oldbackup': (True,  {'norepbackup', 'honest', 'oldbackup', 'stick'}),
  'restores':  (True,  {'norepbackup', 'norestore', 'honest', 'restores'}),
  'stick':     (False, {'stick'}),
  'repback':   (True,  {'norestore', 'conversation', 'repback'}),
  'both':      (True,  {'honest', 'repback'}),
  'copies':    (True,  {'clone', 'norepbackup', 'conversation'}),
  'all':       (True,  {'norepbackup', 'refuse', 'gc', 'revert', 'honest'}),
  'groups':    (False, {'groups', 'order'}),
  'groupsrestore': (True, {'groups', 'norepbackup', 'honest', 'stick'}),
  'append':    (False, set()),
  'clocks':    (False, {'clock', 'stick'}),
  'parents':   (False, {'parents', 'order'}),
  'keys':      (False, {'keys', 'order'}),
  'schemas':   (False, {'schema', 'order'}),
  'retired':   (False, {'gc', 'retired', 'revert'}),
  'retiredparents': (False, {'gc', 'retired', 'parents'}),
  'appendrestore': (True, {'norepbackup', 'honest'}),
}
RULES = {'rules': ('mixed', 'capofila', 'owner'), 'set': ('set',), 'groups': ('fields',), 'groupsrestore': ('fields',), 'append': ('append',), 'clocks': ('fields',), 'parents': ('fields',), 'keys': ('fields',), 'retiredparents': ('fields',), 'appendrestore': ('append',)}                     # any other campaign: fields, lww
# Where a mechanism is tried, if not everywhere: the campaigns whose situation it is for.
WHERE = {
  'ackhash': 'clone', 'alias': 'keys', 'inject': 'keys', 'ofrecord': 'keys', 'uploadfirst': 'retired', 'freshpull': 'retired', 'unseencolumns': 'schemas', 'unseenplain': 'schemas', 'unseendelete': 'schemas', 'onlywritten': 'schemas', 'upgradepull': 'schemas', 'afterreplaced': 'clocks', 'appendequal': 'append', 'appendonly': 'append', 'askhashes': 'clone', 'behindothers': 'parents keys', 'behindrow': 'revert touch', 'closedstay': 'restores oldbackup', 'closeincomplete': 'all restore',
  'clockbound': 'clocks', 'clockfloor': 'clocks', 'clockset': 'clocks', 'closereplaced': 'order', 'copytouch': 'lostpc oldbackup', 'decidedstay': 'restore oldbackup restores', 'dormant': 'order rules', 'dormantstays': 'rules order', 'dormantgiven': 'restores gcrestore', 'editgone': 'gc gcrestore',
  'equalcopy': 'lostpc oldbackup', 'fillweak': 'restore gcrestore', 'formclose': 'touch', 'formerloser': 'oldbackup restores', 'gcoldest': 'gc', 'grouprest': 'groups groupsrestore', 'groupwhole': 'groups groupsrestore',
  'givedelete': 'lostpc restore', 'holdagain': 'parents', 'onlytried': 'copies', 'keptrow': 'lostpc', 'knowdeletes': 'lostpc restore', 'holdup': 'parents', 'horizon': 'gcrestore', 'keepall': 'oldbackup', 'keepreplaced': 'oldbackup restores', 'markcontext': 'reopen', 'measure': 'clocks',
  'named': 'base order', 'needrecord': 'refuse', 'orphanstate': 'parents', 'ownmark': 'base', 'ownnumbers': 'restore clone', 'pagegreet': 'clone', 'randomids': 'restores oldbackup',
  'reflife': 'parents', 'refusalsinpull': 'refuse', 'refusebump': 'refuse', 'refusedstay': 'appendrestore', 'reopenstays': 'reopen', 'resend': 'restore', 'rulerank': 'rules', 'scopecheck': 'scope', 'seenfloor': 'clocks', 'stalefill': 'gc gcrestore',
  'supersede': 'base', 'standing': 'restore', 'touchcontext': 'touch', 'touchheld': 'touch', 'unit': 'restore clone', 'weak': 'lostpc oldbackup',
}

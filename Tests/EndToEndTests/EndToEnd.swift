import Testing

/// Everything that drives the two real programs. One test at a time: each is already several processes, and the
/// machines of the continuous integration have two cores.
@Suite(.serialized)
struct EndToEnd {}

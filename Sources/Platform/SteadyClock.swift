import Foundation

/// A clock for pauses.
package enum SteadyClock {
    /// Milliseconds that also count while the PC sleeps, whatever happens to its clock.
    package static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}

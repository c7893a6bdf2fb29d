import Glibc
import Synchronization

/// The working memory that OpenBLAS takes for each call under way and each thread of its own, and keeps.
///
/// Where the system refuses that memory OpenBLAS asks again for ever (`blas_memory_alloc`). It is refused where address
/// space is limited (`ulimit -v`, as batch systems set it); there OpenBLAS gets no threads, calls take turns, and the first
/// one makes sure of the memory for all.
enum BLASMemory {
  /// OpenBLAS's `BUFFER_SIZE` on x86, and what lies around it.
  private static let byteCount = (128 << 20) + (1 << 16)

  private static let isScarce: Bool = {
    var limit = rlimit()
    return getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0
      && limit.rlim_cur != rlim_t.max
  }()

  private static let isTaken = Mutex(false)

  /// Makes a call that needs the memory.
  static func with(_ call: () -> Void) {
    guard isScarce else { return call() }
    isTaken.withLock { isTaken in
      precondition(isTaken || isAvailable, "not enough memory for products of matrices")
      isTaken = true
      call()
    }
  }

  private static var isAvailable: Bool {
    let place = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let place, place != MAP_FAILED else { return false }
    munmap(place, byteCount)
    return true
  }

  /// Starts the program anew with an environment in which OpenBLAS makes no threads and malloc one arena, both of which
  /// happens before any of our code runs. Does nothing where address space has no limit.
  static func restartWithoutThreads() {
    let name = "OPENBLAS_NUM_THREADS"
    guard isScarce, getenv(name).map({ String(cString: $0) }) != "1" else { return }
    setenv(name, "1", 1)
    setenv("MALLOC_ARENA_MAX", "1", 0)
    // By its path, since the process is named by the last part of it.
    guard let path = realpath("/proc/self/exe", nil) else { return }
    execv(path, CommandLine.unsafeArgv)
    free(path)
  }
}

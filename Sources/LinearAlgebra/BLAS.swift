import COpenBLAS
import Glibc

/// The BLAS this process computes with.
public enum BLAS {
  /// Gives every BLAS call one thread of its own caller's: parallelism comes from workers, and OpenBLAS's own
  /// count is global to the process, so it is set once and never again.
  ///
  /// The first thing a program does, since it starts anew.
  public static func useOneThreadPerCaller() {
    restartWithoutThreads()
    openblas_set_num_threads(1)
  }

  /// Starts the program anew with an environment in which OpenBLAS makes no threads. It makes one per core before any of our
  /// code runs, and each asks for work in a busy loop at first: 0.1 s of CPU on two cores, which every process of many pays.
  private static func restartWithoutThreads() {
    let name = "OPENBLAS_NUM_THREADS"
    guard getenv(name).map({ String(cString: $0) }) != "1" else { return }
    setenv(name, "1", 1)
    if BLASMemory.isScarce { setenv("MALLOC_ARENA_MAX", "1", 0) }
    // By its path, since the process is named by the last part of it.
    guard let path = realpath("/proc/self/exe", nil) else { return }
    execv(path, CommandLine.unsafeArgv)
    free(path)
  }

  /// The kernels OpenBLAS chose for this CPU.
  public static var kernels: String { String(cString: openblas_get_corename()) }

  /// Build and CPU kernel OpenBLAS chose, for reports.
  public static var configuration: String { String(cString: openblas_get_config()) }
}

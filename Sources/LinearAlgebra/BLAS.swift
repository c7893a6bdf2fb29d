import COpenBLAS

/// The BLAS this process computes with.
public enum BLAS {
  /// Gives every BLAS call one thread of its own caller's: parallelism comes from workers, and OpenBLAS's own
  /// count is global to the process, so it is set once and never again.
  ///
  /// The first thing a program does: it may start anew, where there is no address space for threads.
  public static func useOneThreadPerCaller() {
    BLASMemory.restartWithoutThreads()
    openblas_set_num_threads(1)
    openblas_end_threads()
  }

  /// The kernels OpenBLAS chose for this CPU.
  public static var kernels: String { String(cString: openblas_get_corename()) }

  /// Build and CPU kernel OpenBLAS chose, for reports.
  public static var configuration: String { String(cString: openblas_get_config()) }
}

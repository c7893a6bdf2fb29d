import COpenBLAS

/// The BLAS this process computes with.
public enum BLAS {
  /// Gives every BLAS call one thread of its own caller's, and the best kernels for this CPU: parallelism comes from
  /// workers, and what OpenBLAS chooses is global to the process, so it is set once and never again.
  ///
  /// The first thing a program does: it may start anew, where there is no address space for threads, and no call to BLAS may
  /// be under way. Later calls do nothing.
  public static func prepare() { prepared }

  private static let prepared: Void = {
    BLASMemory.restartWithoutThreads()
    BLASKernels.choose()
    openblas_set_num_threads(1)
    openblas_end_threads()
  }()

  /// The kernels that OpenBLAS computes with, by its name of the CPUs they are for.
  public static var kernels: String { String(cString: openblas_get_corename()) }

  /// How OpenBLAS was built, and its kernels, for reports.
  public static var configuration: String { String(cString: openblas_get_config()) }
}

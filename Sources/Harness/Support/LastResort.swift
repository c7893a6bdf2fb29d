import Foundation

/// What ends a program that broke: a sentence and an exit code of its own, not a signal.
///
/// No input is meant to get here; memory that the system refuses does.
public enum LastResort {
  private static let message: StaticString =
    "calibrant: internal error, or not enough memory; nothing half-written was left in place\n"

  public static func install() {
    // Whoever looks for a fault wants the runtime's own report.
    guard getenv("SWIFT_BACKTRACE") == nil else { return }
    useOwnStack()
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in
      // Nothing that allocates may run here.
      write(STDERR_FILENO, LastResort.message.utf8Start, LastResort.message.utf8CodeUnitCount)
      _exit(Failure.Code.internalError)
    }
    action.sa_flags = Int32(SA_ONSTACK) | Int32(bitPattern: UInt32(SA_RESETHAND))
    for number in [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] {
      sigaction(number, &action, nil)
    }
  }

  /// A stack that has run over has no room for a handler.
  private static func useOwnStack() {
    let size = 1 << 16
    var stack = stack_t()
    stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    stack.ss_size = size
    sigaltstack(&stack, nil)
  }
}

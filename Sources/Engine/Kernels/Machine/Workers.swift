import CKernels
import Glibc
import Synchronization

/// Threads that share the work of one session's operators, for latency.
///
/// Between operators they spin for a while before they sleep: an operator of a small network takes less time than
/// waking a thread. A count of 1 has no threads and costs nothing.
final class Workers: Sendable {
  let count: Int
  private let crew: Crew?

  /// The calling thread and nobody else.
  static let alone = Workers(1)

  init(_ count: Int) {
    precondition(count > 0, "work needs at least one worker")
    self.count = count
    crew = count > 1 ? Crew() : nil
    for worker in 1..<max(count, 1) { crew?.hire(worker) }
  }

  deinit { crew?.dismiss() }

  /// Calls `body` once with each index below `count`, on any worker and in any order; returns when all are done.
  func forEach(_ count: Int, _ body: (_ index: Int) -> Void) {
    forEach(count) { index, _ in body(index) }
  }

  /// The same, and tells which worker it is, a number below `self.count`: no two calls at a time have the same.
  func forEach(_ count: Int, _ body: (_ index: Int, _ worker: Int) -> Void) {
    guard let crew, count > 1 else {
      for index in 0..<count { body(index, 0) }
      return
    }
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: body) { crew.run(Loop(count: count, body: $0)) }
    }
  }
}

/// One parallel loop. A worker that comes late finds no index left and never touches `body`, which is gone by then.
private final class Loop: @unchecked Sendable {
  private let count: Int
  private let body: UnsafePointer<(Int, Int) -> Void>
  /// Where the thread runs that waits for the loop.
  let processor = ck_processor()
  private let next = Atomic<Int>(0)
  private let done = Atomic<Int>(0)

  init(count: Int, body: UnsafePointer<(Int, Int) -> Void>) {
    self.count = count
    self.body = body
  }

  var isDone: Bool { done.load(ordering: .acquiring) == count }

  func work(as worker: Int) {
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      body.pointee(index, worker)
      done.wrappingAdd(1, ordering: .acquiringAndReleasing)
    }
  }
}

/// The threads behind `Workers`. Unchecked: everything but the atomic is guarded by `mutex`.
private final class Crew: @unchecked Sendable {
  private var loop: Loop?
  private var isDismissed = false
  private var sleepers = 0
  /// Changes with every loop, so that a spinning worker sees a new one without the lock.
  private let generation = Atomic<Int>(0)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wakeUp = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// About 100 µs.
  private static let spins = 5_000

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wakeUp, nil)
  }

  deinit {
    pthread_cond_destroy(wakeUp)
    pthread_mutex_destroy(mutex)
    wakeUp.deallocate()
    mutex.deallocate()
  }

  func hire(_ worker: Int) {
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { contract in
        let contract = Unmanaged<Contract>.fromOpaque(contract!).takeRetainedValue()
        contract.crew.work(as: contract.worker)
        return nil
      }, Unmanaged.passRetained(Contract(crew: self, worker: worker)).toOpaque())
    precondition(status == 0, "the system gives no more threads")
    pthread_detach(thread)
  }

  func dismiss() {
    announce {
      isDismissed = true
      loop = nil
    }
  }

  func run(_ loop: Loop) {
    announce { self.loop = loop }
    loop.work(as: 0)
    var spins = 0
    while !loop.isDone {
      spins += 1
      // A worker that has no core of its own needs this one.
      if spins < Self.spins { ck_relax() } else { sched_yield() }
    }
  }

  private func announce(_ change: () -> Void) {
    pthread_mutex_lock(mutex)
    change()
    generation.wrappingAdd(1, ordering: .releasing)
    if sleepers > 0 { pthread_cond_broadcast(wakeUp) }
    pthread_mutex_unlock(mutex)
  }

  fileprivate func work(as worker: Int) {
    var seen = 0
    while true {
      spin(while: seen)
      pthread_mutex_lock(mutex)
      while generation.load(ordering: .acquiring) == seen {
        sleepers += 1
        pthread_cond_wait(wakeUp, mutex)
        sleepers -= 1
      }
      seen = generation.load(ordering: .acquiring)
      let (loop, isDismissed) = (self.loop, self.isDismissed)
      pthread_mutex_unlock(mutex)
      if isDismissed { return }
      guard let loop else { continue }
      // The system may wake a thread on the processor of the one that waits for it, and leave both there for minutes.
      if loop.processor >= 0, ck_processor() == loop.processor {
        ck_leave_processor(loop.processor)
      }
      loop.work(as: worker)
    }
  }

  private func spin(while seen: Int) {
    for _ in 0..<Self.spins {
      guard generation.load(ordering: .acquiring) == seen else { return }
      ck_relax()
    }
  }
}

/// What a new thread is told.
private final class Contract {
  let crew: Crew
  let worker: Int

  init(crew: Crew, worker: Int) {
    self.crew = crew
    self.worker = worker
  }
}

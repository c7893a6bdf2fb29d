// Shows the thread sanitizer what orders the threads that contend for a `Mutex`.
//
// Where a Mutex is free, compiled-in atomics take it, and the sanitizer sees them. Where it is not, the Swift runtime
// waits and hands over, and the runtime is not instrumented: whatever a contended Mutex guards is reported as a race.
// Preloaded, this stands before those two functions of the runtime and tells the sanitizer of each hand-over.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *

// Synchronization._MutexHandle._lockSlow(UInt32) and ._unlockSlow().
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

// Absent from programs without the sanitizer, such as those that build the tests.
__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

SWIFT void lock_slow(uint32_t thread, SELF mutex) __asm__(LOCK_SLOW);
SWIFT void unlock_slow(SELF mutex) __asm__(UNLOCK_SLOW);

SWIFT void lock_slow(uint32_t thread, SELF mutex) {
  SWIFT void (*runtime)(uint32_t, SELF) = dlsym(RTLD_NEXT, LOCK_SLOW);
  runtime(thread, mutex);
  if (__tsan_acquire) __tsan_acquire(mutex);
}

SWIFT void unlock_slow(SELF mutex) {
  SWIFT void (*runtime)(SELF) = dlsym(RTLD_NEXT, UNLOCK_SLOW);
  if (__tsan_release) __tsan_release(mutex);
  runtime(mutex);
}

#include "CKernels.h"

#include <stddef.h>
#include <string.h>

extern const CKKernels ck_baseline;

#if defined(__x86_64__)
extern const CKKernels ck_avx512, ck_avx2;

static int runs_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("fma");
}

static int runs_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

const CKKernels *ck_best_kernels(void) {
#if defined(__x86_64__)
  if (runs_avx512()) return &ck_avx512;
  if (runs_avx2()) return &ck_avx2;
#endif
  return &ck_baseline;
}

const CKKernels *ck_kernels_named(const char *instructionSet) {
#if defined(__x86_64__)
  if (!strcmp(instructionSet, "avx512")) return runs_avx512() ? &ck_avx512 : NULL;
  if (!strcmp(instructionSet, "avx2")) return runs_avx2() ? &ck_avx2 : NULL;
#endif
  return strcmp(instructionSet, "baseline") ? NULL : &ck_baseline;
}

#include "CKernels.h"

#include <stddef.h>
#include <string.h>

extern const CKKernels ck_baseline;
extern const CKStatistics ck_statistics_baseline;

#if defined(__x86_64__)
extern const CKKernels ck_avx512vnni, ck_avx512, ck_avx2;
extern const CKStatistics ck_statistics_avx2;

static int runs_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static int runs_avx512(void) {
  return runs_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}

static int runs_avx512vnni(void) { return runs_avx512() && __builtin_cpu_supports("avx512vnni"); }
#endif

const CKKernels *ck_kernels_named(const char *instructionSet) {
#if defined(__x86_64__)
  if (!strcmp(instructionSet, "avx512-vnni")) return runs_avx512vnni() ? &ck_avx512vnni : NULL;
  if (!strcmp(instructionSet, "avx512")) return runs_avx512() ? &ck_avx512 : NULL;
  if (!strcmp(instructionSet, "avx2")) return runs_avx2() ? &ck_avx2 : NULL;
#endif
  return strcmp(instructionSet, "baseline") ? NULL : &ck_baseline;
}

const CKStatistics *ck_statistics_named(const char *instructionSet) {
  const CKKernels *kernels = ck_kernels_named(instructionSet);
  if (!kernels) return NULL;
#if defined(__x86_64__)
  // AVX-512 was measured to be no faster than AVX2.
  if (kernels != &ck_baseline) return &ck_statistics_avx2;
#endif
  return &ck_statistics_baseline;
}

#include <cblas.h>
#include <stdlib.h>

/* LAPACK routines inside OpenBLAS, whose Debian headers declare them only for Fortran callers. */
void dpotrf_(const char *uplo, const blasint *n, double *a, const blasint *lda, blasint *info);
void dpotrs_(const char *uplo, const blasint *n, const blasint *nrhs, const double *a,
             const blasint *lda, double *b, const blasint *ldb, blasint *info);
void dtrtri_(const char *uplo, const char *diag, const blasint *n, double *a, const blasint *lda,
             blasint *info);

/* Missing where OpenBLAS was built without threads. */
int blas_thread_shutdown_(void) __attribute__((weak));

/*
 * Ends the threads that OpenBLAS makes when it is loaded, one per core, which ask for work in a busy loop at first: 0.1 s of
 * CPU in every process on two cores. Only where calls use one thread (openblas_set_num_threads) are they never missed.
 */
static inline void openblas_end_threads(void) {
  if (blas_thread_shutdown_) blas_thread_shutdown_();
}

/* Missing where OpenBLAS was built with one CPU's kernels (without DYNAMIC_ARCH). */
void gotoblas_dynamic_quit(void) __attribute__((weak));
void gotoblas_dynamic_init(void) __attribute__((weak));

/* Takes the kernels of another kind of CPU. No call may be under way. */
static inline void openblas_take_kernels(const char *name) {
  if (!gotoblas_dynamic_quit || !gotoblas_dynamic_init) return;
  setenv("OPENBLAS_CORETYPE", name, 1);
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();
  unsetenv("OPENBLAS_CORETYPE");
}

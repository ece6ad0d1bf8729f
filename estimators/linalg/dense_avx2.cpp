#if defined(__x86_64__)
#define CCH_ISA dense_avx2
#define CCH_ISA_NAME "avx2"
#define CCH_ISA_BYTES 32
#define CCH_ISA_COLUMNS 4
#include "estimators/linalg/dense.inc"
#endif

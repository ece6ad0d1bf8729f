#if defined(__x86_64__)
#define CCH_ISA dense_avx512
#define CCH_ISA_NAME "avx512"
#define CCH_ISA_BYTES 64
#define CCH_ISA_COLUMNS 8
#include "estimators/linalg/dense.inc"
#endif

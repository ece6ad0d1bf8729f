#if defined(__x86_64__)
#define CCH_ISA kernels_avx512
#define CCH_ISA_NAME "avx512"
#include "estimators/kNN/distances.inc"
#endif

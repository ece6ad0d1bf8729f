#if defined(__x86_64__)
#define CCH_ISA kernels_avx2
#define CCH_ISA_NAME "avx2"
#include "estimators/kNN/distances.inc"
#endif

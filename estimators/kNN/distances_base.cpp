#define CCH_ISA kernels_base
#define CCH_ISA_NAME "baseline"
#include "estimators/kNN/distances.inc"

#define CCH_ISA dense_base
#define CCH_ISA_NAME "baseline"
#define CCH_ISA_BYTES 16
#define CCH_ISA_COLUMNS 4
#include "estimators/linalg/dense.inc"

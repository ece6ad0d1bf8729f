#include "estimators/kNN/coded_view.hpp"
#include "estimators/widest.hpp"

namespace cch::detail {

extern const CodedKernels coded_base;
#if defined(__x86_64__)
extern const CodedKernels coded_avx2;
extern const CodedKernels coded_avx512;
#endif

const CodedKernels& coded_kernels() {
#if defined(__x86_64__)
  static const CodedKernels& best = widest(coded_base, coded_avx2, coded_avx512);
  return best;
#else
  return coded_base;
#endif
}

}  // namespace cch::detail

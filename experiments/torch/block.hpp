#pragma once

#include "experiments/torch/tensors.hpp"

namespace cch::training {

/// One block of M cnns: 3 × 3 convolution with a border of zeros, rectifier, 2 × 2 maximum.
/// h is M × B × in × height × width, or B × in × height × width for images that all share; w is
/// M × out × in × 3 × 3, b is M × out; result M × B × out × height/2 × width/2.
///
/// On the processor this is BlockKernel: LibTorch's own operations take three to four times as long
/// for the few channels that such networks have, most of it to move arrays.
Tensor block(const Tensor& h, const Tensor& w, const Tensor& b);

}  // namespace cch::training

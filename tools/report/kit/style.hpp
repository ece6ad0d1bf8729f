#pragma once

#include <string_view>

namespace cch::report {

/// The style sheet of the page. Colours are those of Okabe and Ito (2008), distinguished with every
/// common form of colour blindness.
std::string_view style_sheet();

}  // namespace cch::report

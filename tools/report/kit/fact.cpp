#include "tools/report/kit/fact.hpp"

#include <fmt/format.h>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/number.hpp"

namespace cch::report {

std::string plain_value(const documents::Fact& fact) {
  return std::visit(
      [&fact](const auto& value) -> std::string {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return kMissing;
        } else if constexpr (std::is_same_v<T, std::string>) {
          return value;
        } else if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
          return general(static_cast<double>(value));
        } else {
          return documents::to_text(fact);
        }
      },
      fact);
}

std::string csv_value(const documents::Fact& fact) {
  if (std::holds_alternative<std::monostate>(fact)) return "";
  if (const auto* number = std::get_if<double>(&fact)) return fmt::format("{}", *number);
  if (const auto* text = std::get_if<std::string>(&fact)) return csv_field(*text);
  return csv_field(documents::to_text(fact));
}

}  // namespace cch::report

#pragma once

#include <string>

#include "tools/report/kit/field.hpp"

namespace cch::report {

/// The rooms of the page of a check, in page order; "" when there is nothing for one.
std::string check_headline(const json& document);     ///< verdict, reasons, warnings
std::string check_margins(const json& document);      ///< smallest margins and power curves
std::string check_bias(const json& document);         ///< what the estimators miss
std::string check_sizes(const json& document);        ///< rows and groups needed
std::string check_consistency(const json& document);  ///< self-consistency and leaks
std::string check_facts(const json& document);        ///< data, ceilings, cost
std::string check_methods(const json& document);      ///< how it is done, reproduce
std::string check_downloads(const json& document, std::size_t room);

}  // namespace cch::report

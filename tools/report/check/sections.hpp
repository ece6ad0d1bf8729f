#pragma once

#include <string>

#include "tools/report/check/model.hpp"

namespace cch::report {

/// The rooms of the page of a check, in page order; "" when there is nothing for one.
std::string check_headline(const CheckDocument& document);  ///< verdict, reasons, warnings
std::string check_margins(const CheckDocument& document);   ///< smallest margins and power curves
std::string check_bias(const CheckDocument& document);      ///< what the estimators miss
std::string check_sizes(const CheckDocument& document);     ///< rows and groups needed
std::string check_consistency(const CheckDocument& document);  ///< self-consistency and leaks
std::string check_facts(const CheckDocument& document);        ///< data, ceilings, cost
std::string check_methods(const CheckDocument& document);      ///< how it is done, reproduce
std::string check_downloads(const CheckDocument& document, std::size_t room);

}  // namespace cch::report

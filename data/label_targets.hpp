#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cch/core/error.hpp"
#include "data/open.hpp"

namespace cch::detail {

// Labels of tasks that there is no ranking for are refused by their name, with what can be ranked
// in their place.

/// Names of columns or fields that are those of survival times: of at most four, one is that of a
/// time and another one that of an event (time and event, OS.time and OS, futime and fustat).
bool names_survival(const std::vector<std::string>& names);

/// Data Error "labels-survival" in place of `refusal`, of a reader that found several columns,
/// arrays or fields, if their names are those of survival times.
void refuse_survival_names(const Fault& refusal, const std::string& where);

/// Data Error "labels-survival": two columns, one of 0 and 1 alone, the other of several numbers
/// from 0 upwards.
void refuse_survival_columns(const Opened& labels, std::size_t rows);

/// Data Error "labels-multilabel": several columns of 0 and 1 with other than one 1 in some row, or
/// (`classes`: asked for as classes) several columns of whole numbers or texts that are not
/// one-hot.
void refuse_multilabel(const Opened& labels, std::size_t rows, bool classes);

/// Warning "labels-may-be-survival" where the column that was chosen is a time and another one an
/// event.
void warn_about_survival(Opened& labels, const std::string& key);

}  // namespace cch::detail

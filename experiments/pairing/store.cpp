#include "experiments/pairing/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <initializer_list>

namespace cch::detail {
namespace {

constexpr std::size_t kKeyDigits = 6;

std::uint32_t number(std::map<std::string, std::uint32_t>& numbers, const std::string& text) {
  return numbers.try_emplace(text, static_cast<std::uint32_t>(numbers.size())).first->second;
}

/// One text of several.
std::string joined(std::initializer_list<std::string> texts) {
  std::string out;
  for (const std::string& text : texts) out += text + '\0';
  return out;
}

/// The last of those places in an order whose name is this one.
template <class Name, class NameOf>
std::optional<std::uint32_t> last_named(const std::vector<std::uint32_t>& order, const Name& name,
                                        const NameOf& name_of) {
  const auto after =
      std::upper_bound(order.begin(), order.end(), name,
                       [&](const Name& one, std::uint32_t i) { return one < name_of(i); });
  if (after == order.begin() || name_of(*std::prev(after)) != name) return std::nullopt;
  return *std::prev(after);
}

template <class NameOf>
void sort_by(std::vector<std::uint32_t>& order, const NameOf& name_of) {
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return name_of(a) < name_of(b); });
}

}  // namespace

std::string decision_name(const std::string& name) {
  return name + ", decision";
}

std::uint32_t PairingStore::study_number(const std::string& title, const std::string& key) {
  return studies_.try_emplace({title, key}, static_cast<std::uint32_t>(studies_.size()))
      .first->second;
}

void PairingStore::add(const PairableRun& run) {
  const ShortName name =
      ShortName::of(joined({run.study, run.study_key, run.cell, run.role, run.control, run.teacher,
                            run.teacher_view, run.teacher_name, run.student_name, run.scenario}));
  const auto [at, first] =
      cell_numbers_.try_emplace(name, static_cast<std::uint32_t>(cells_.size()));
  if (first) {
    cells_.push_back({study_number(run.study, run.study_key), run.cell, run.role, run.control,
                      number(teachers_, run.teacher), number(teachers_, run.teacher_view),
                      run.teacher_name, run.student_name, run.scenario});
    keys_of_title_[run.study][run.study_key] = true;
  }
  runs_.push_back({ShortName::of(run.key), ShortName::of(run.unit), ShortName::of(run.student),
                   ShortName::of(run.teacher_run), run.seed, numbers_.add(run.metrics),
                   numbers_.add(run.predicted), at->second});
}

void PairingStore::add(const TeacherCriteria& criteria) {
  std::map<std::string, double> scores = criteria.scores;
  for (const auto& [name, value] : criteria.decisions) {
    scores[decision_name(name)] = value;
    const auto at = std::lower_bound(decisions.begin(), decisions.end(), decision_name(name));
    if (at == decisions.end() || *at != decision_name(name)) {
      decisions.insert(at, decision_name(name));
    }
  }
  criteria_.push_back({ShortName::of(criteria.unit), numbers_.add(scores),
                       study_number(criteria.study, criteria.study_key),
                       number(teachers_, criteria.teacher),
                       number(teachers_, criteria.teacher_view)});
}

void PairingStore::name_studies(std::vector<Warning>& warnings) {
  std::map<std::string, std::uint32_t> numbers;
  studies_of_name_.assign(studies_.size(), 0);
  for (const auto& [study, place] : studies_) {
    const auto& [title, key] = study;
    const auto keys = keys_of_title_.find(title);
    const bool several = keys != keys_of_title_.end() && keys->second.size() > 1;
    const std::string name =
        several ? fmt::format("{} ({})", title, key.empty() ? "?" : key.substr(0, kKeyDigits))
                : title;
    studies_of_name_[place] = number(numbers, name);
  }
  names_.resize(numbers.size());
  for (const auto& [name, place] : numbers) names_[place] = name;
  for (const auto& [title, keys] : keys_of_title_) {
    if (keys.size() < 2) continue;
    warnings.push_back(
        {"same-title", fmt::format("{} studies with other settings or data have the title \"{}\": "
                                   "their keys are put behind it",
                                   keys.size(), title)});
  }
}

PairingStore::Place PairingStore::teacher_place(std::uint32_t run) const {
  const PairingCell& of = cell(run);
  return {studies_of_name_[of.study], runs_[run].unit, of.teacher};
}

PairingStore::Place PairingStore::place(const PairingCriteria& criteria, bool view) const {
  return {studies_of_name_[criteria.study], criteria.unit, view ? criteria.view : criteria.teacher};
}

void PairingStore::index_criteria() {
  for (std::uint32_t i = 0; i < criteria_.size(); ++i) by_teacher_.push_back(i);
  const auto by_teacher = [this](std::uint32_t i) { return place(criteria_[i], false); };
  sort_by(by_teacher_, by_teacher);
  // Of one unit and teacher the last.
  std::reverse(by_teacher_.begin(), by_teacher_.end());
  const auto same = [&](std::uint32_t a, std::uint32_t b) {
    return by_teacher(a) == by_teacher(b);
  };
  by_teacher_.erase(std::unique(by_teacher_.begin(), by_teacher_.end(), same), by_teacher_.end());
  std::reverse(by_teacher_.begin(), by_teacher_.end());
  // Of one unit and view the first, hence at the end of its equals.
  by_view_ = by_teacher_;
  std::sort(by_view_.begin(), by_view_.end(), std::greater<>());
  sort_by(by_view_, [this](std::uint32_t i) { return place(criteria_[i], true); });
}

void PairingStore::index(std::vector<Warning>& warnings) {
  name_studies(warnings);
  for (std::uint32_t i = 0; i < runs_.size(); ++i) {
    by_key_.push_back(i);
    if (cell(i).role == "teacher") teacher_runs_.push_back(i);
  }
  sort_by(by_key_, [this](std::uint32_t i) { return runs_[i].key; });
  sort_by(teacher_runs_, [this](std::uint32_t i) { return teacher_place(i); });
  index_criteria();
}

std::optional<std::uint32_t> PairingStore::with_key(const ShortName& key, const char* role) const {
  if (key.none()) return std::nullopt;
  const auto found = last_named(
      by_key_, key, [this](std::uint32_t i) -> const ShortName& { return runs_[i].key; });
  if (!found || (role != nullptr && cell(*found).role != role)) return std::nullopt;
  return found;
}

std::optional<std::uint32_t> PairingStore::student_of(std::uint32_t i) const {
  return with_key(runs_[i].student, "student");
}

std::optional<std::uint32_t> PairingStore::teacher_of(std::uint32_t i) const {
  if (const auto named = with_key(runs_[i].teacher_run, nullptr)) return named;
  return last_named(teacher_runs_, teacher_place(i),
                    [this](std::uint32_t other) { return teacher_place(other); });
}

const PairingCriteria* PairingStore::criteria_at(const Place& at) const {
  auto found =
      last_named(by_teacher_, at, [this](std::uint32_t i) { return place(criteria_[i], false); });
  if (!found) {
    found = last_named(by_view_, at, [this](std::uint32_t i) { return place(criteria_[i], true); });
  }
  return found ? &criteria_[*found] : nullptr;
}

std::map<std::string, double> PairingStore::criteria_of(std::uint32_t i) const {
  Place at = teacher_place(i);
  const PairingCriteria* found = criteria_at(at);
  if (found == nullptr) {
    std::get<2>(at) = cell(i).view;
    found = criteria_at(at);
  }
  return found == nullptr ? std::map<std::string, double>() : numbers_[found->scores];
}

std::size_t PairingStore::bytes() const {
  constexpr std::size_t kPlaces = 3 * sizeof(std::uint32_t);  // in orders
  return runs_.size() * (sizeof(PairingRun) + kPlaces) +
         criteria_.size() * (sizeof(PairingCriteria) + kPlaces) + numbers_.bytes();
}

}  // namespace cch::detail

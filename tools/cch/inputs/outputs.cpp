// Teachers that were trained before: what is said of their outputs, and how these are read.
#include "tools/cch/inputs/outputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "cch/core/nearest_name.hpp"
#include "tools/cch/inputs/teacher_sets.hpp"

namespace cch {
namespace {

bool parse_saw_rows(const std::string& word) {
  if (word == "yes" || word == "no") return word == "yes";
  refuse_usage("bad-arguments", "--teacher-saw-rows '" + word + "' is neither yes nor no", {},
               "Write --teacher-saw-rows no, or NAME=no for one of several teachers");
}

// An answer for each teacher that is named, and one for all others.
template <class Answer>
struct Answers {
  std::map<std::string, Answer> named;
  std::optional<Answer> others;

  [[nodiscard]] std::optional<Answer> of(const std::string& name) const {
    const auto found = named.find(name);
    return found == named.end() ? others : found->second;
  }
};

// From words [NAME=]ANSWER.
template <class Answer, class Parse>
Answers<Answer> answers(const std::string& option, const std::vector<std::string>& texts,
                        const std::vector<std::string>& teachers, const Parse& parse,
                        FaultCollector& faults) {
  Answers<Answer> out;
  for (const std::string& text : texts) {
    faults.attempt([&] {
      const auto equals = text.rfind('=');
      const bool all = equals == std::string::npos;
      const std::string name = all ? "" : text.substr(0, equals);
      const Answer answer = parse(all ? text : text.substr(equals + 1));
      if (!all && std::find(teachers.begin(), teachers.end(), name) == teachers.end()) {
        refuse_usage("unknown-name", option + " names '" + name + "', which is no teacher", {},
                     "Did you mean '" + nearest_name(name, teachers) + "'?");
      }
      if (all ? out.others.has_value() : out.named.contains(name)) {
        refuse_usage(
            "duplicate-name",
            option + (all ? " is there twice without a name" : " names '" + name + "' twice"), {},
            "Leave one of them out, or write NAME= before each");
      }
      (all ? out.others.emplace() : out.named[name]) = answer;
    });
  }
  return out;
}

Fault not_answered(const std::string& name, TeacherKind kind) {
  return {"teacher-saw-rows-missing",
          fmt::format("was '{}' trained with labels of these rows?", name),
          fmt::format("--teacher-kind {}={}", name, to_string(kind)),
          "if so its outputs pass these labels on to the student that is scored with them, and its "
          "gain is overstated; outputs of cross-fitting do that as well",
          fmt::format("Add --teacher-saw-rows {}=no if all of them were held out, else {}=yes",
                      name, name)};
}

Fault for_features(const std::string& name) {
  return {"option-without-meaning",
          "--teacher-saw-rows has no use for the features of '" + name + "'",
          {},
          "it is about outputs of a trained teacher",
          "Add --teacher-kind " + name + "=logits (or probabilities), or leave it out"};
}

Fault no_more_labels(const std::string& name) {
  return {"stored-teacher", "'" + name + "' was trained before, so further labels teach it nothing",
          "--scenario more-labels",
          "its outputs are what it is; only teachers of features are trained here",
          "Ask for --scenario same-rows or unlabelled-pairs"};
}

Fault set_of_outputs(const std::string& set, const std::string& name) {
  return {"set-of-outputs", "'" + name + "' was trained before and can be in no set",
          "--teacher " + set,
          "a set is fitted to its members' features, and there are only outputs",
          "Give its features, or leave it out of the set"};
}

}  // namespace

std::map<std::string, StoredOutputs> stored_teachers(const RankSettings& s,
                                                     FaultCollector& faults) {
  const AskedTeachers asked = asked_teachers(s);
  std::vector<std::string> teachers;  // what is wrong with the others is said where they are read
  std::copy_if(asked.names.begin(), asked.names.end(), std::back_inserter(teachers),
               [](const std::string& name) { return !name.empty(); });
  if (teachers.empty()) return {};  // a fault of its own
  const auto kinds =
      answers<TeacherKind>("--teacher-kind", s.teacher_kinds, teachers, parse_teacher_kind, faults);
  const auto saw =
      answers<bool>("--teacher-saw-rows", s.teacher_saw_rows, teachers, parse_saw_rows, faults);
  std::map<std::string, StoredOutputs> out;
  for (const std::string& name : teachers) {
    const TeacherKind kind = kinds.of(name).value_or(TeacherKind::features);
    if (kind == TeacherKind::features) {
      if (saw.named.contains(name)) faults.add(ErrorKind::usage, for_features(name));
      continue;
    }
    const std::optional<bool> answer = saw.of(name);
    if (!answer) faults.add(ErrorKind::usage, not_answered(name, kind));
    if (s.more_labels()) faults.add(ErrorKind::usage, no_more_labels(name));
    out[name] = {kind, answer.value_or(false)};
  }
  for (const AskedSet& set : asked.sets) {
    for (const std::size_t t : set.members) {
      if (out.contains(asked.names[t])) {
        faults.add(ErrorKind::usage, set_of_outputs(set.name, asked.names[t]));
      }
    }
  }
  if (out.empty() && saw.others) faults.add(ErrorKind::usage, for_features(teachers.front()));
  return out;
}

void take_outputs(const RankSettings& settings, RankFiles& files) {
  FaultCollector faults;
  const auto stored = stored_teachers(settings, faults);
  const auto* classes = std::get_if<ClassLabels>(&files.labels->labels);
  for (std::size_t i = 1; i < files.modalities.size(); ++i) {
    Modality& teacher = files.modalities[i];
    const auto outputs = stored.find(teacher.name);
    if (outputs == stored.end()) continue;
    if (classes == nullptr) {
      faults.add(ErrorKind::usage,
                 {"outputs-need-classes",
                  "'" + teacher.name + "' has scores of classes, the labels are real values",
                  {},
                  "there is no class that a column could be of",
                  "Say --y-kind discrete if the labels are classes; predictions of real values are "
                  "features like others: leave out --teacher-kind"});
      continue;
    }
    faults.attempt([&] {
      teacher.features = log_ratios(teacher.features, outputs->second.kind, *classes);
      teacher.stored = outputs->second;
    });
  }
  faults.throw_if_any();
}

std::vector<Warning> look_at_outputs(const RankInput& input) {
  std::vector<Warning> warnings;
  FaultCollector faults;
  for (const Modality& teacher : input.teachers) {
    if (!teacher.stored) continue;
    const auto& labels = std::get<ClassLabels>(input.labels);
    const auto fault =
        columns_fault(teacher.name, match_columns(teacher.features.view(), labels, input.groups),
                      labels, warnings);
    if (fault) faults.add(ErrorKind::data, *fault);
    if (!teacher.stored->saw_rows) continue;
    warnings.push_back(
        {"teacher-saw-rows",
         fmt::format(
             "'{}' was trained with labels of these rows, so its gain is overstated and its "
             "verdict unreliable; rank it on rows held out from its training (--split "
             "leaves the others out), or by its features",
             teacher.name)});
  }
  faults.throw_if_any();
  return warnings;
}

}  // namespace cch

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "cch/data/datasets.hpp"
#include "cch/data/hdf5.hpp"
#include "cch/documents/from_result.hpp"
#include "cch/estimators/catalog.hpp"
#include "cch/experiments/segmentation_manifest.hpp"
#include "tools/cch/command.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/documents/json.hpp"

namespace cch {
namespace {

std::string_view accepted(Accepts what) {
  switch (what) {
    case Accepts::real:
      return "real";
    case Accepts::labels:
      return "labels";
    case Accepts::either:
      return "either";
  }
  return "";
}

nlohmann::json document() {
  nlohmann::json estimators = nlohmann::json::array();
  for (const CatalogEntry& entry : catalog()) {
    estimators.push_back({{"name", entry.name},
                          {"summary", entry.summary},
                          {"paper", entry.paper},
                          {"x", accepted(entry.x)},
                          {"y", accepted(entry.y)},
                          {"needs_libtorch", entry.networks}});
  }
  estimators.push_back({{"name", "ksg-conditional"},
                        {"summary", "nearest neighbours, I(X;Y|Z), with --given Z"},
                        {"paper", "Frenzel & Pompe 2007"},
                        {"x", "real"},
                        {"y", "real"},
                        {"needs_libtorch", false}});
  nlohmann::json data_sets = nlohmann::json::array();
  for (const std::string name : {"fashion-mnist", "fashion-mnist-test"}) {
    const bool found = dataset_found(name);
    data_sets.push_back(
        {{"name", name},
         {"found", found},
         {"views", found ? nlohmann::json(dataset_views(name)) : nlohmann::json()}});
  }
  nlohmann::json readers = {".npy", ".npz", ".safetensors", ".csv",
                            ".tsv", ".txt", "idx:DIR",      "dir:PATH"};
  for (const char* ending : {".h5", ".hdf5"}) {
    if (reads_hdf5()) readers.push_back(ending);
  }
  const NeuralSupport torch = neural_support();
  return {{"schema", "cch.doctor/1"},
          {"version", version()},
          {"libtorch", torch.available ? nlohmann::json(torch.torch_version) : nlohmann::json()},
          {"libtorch_why_not", torch.available ? nlohmann::json() : nlohmann::json(torch.why_not)},
          {"cuda", torch.cuda},
          {"machine", documents::to_json(documents::machine_of({}))},
          {"estimators", estimators},
          {"data_sets", data_sets},
          {"readers", readers},
          {"images", image_endings()}};
}

void print(const nlohmann::json& d, std::ostream& out) {
  const auto text = [](const nlohmann::json& j) { return j.get<std::string>(); };
  out << "cch " << text(d["version"]) << '\n';
  out << fmt::format("processor        {}, {} threads, neighbour search with {}\n",
                     text(d["machine"]["processor"]), d["machine"]["threads"].get<unsigned>(),
                     text(d["machine"]["instruction_set"]));
  if (d["libtorch"].is_null()) {
    out << "LibTorch         none (" << text(d["libtorch_why_not"])
        << "): no neural estimators, no GPU\n";
  } else {
    out << "LibTorch         " << text(d["libtorch"]) << ", "
        << (d["cuda"].get<bool>() ? "sees a GPU\n" : "sees no GPU\n");
  }
  out << "reads           ";
  for (const auto& reader : d["readers"]) out << ' ' << text(reader);
  out << (reads_hdf5() ? "\n" : " (no .h5: built without HDF5)\n");
  out << "images           ";
  for (const auto& ending : d["images"]) out << text(ending) << ' ';
  const auto tiff = std::find(d["images"].begin(), d["images"].end(), ".tif");
  out << (tiff == d["images"].end() ? "(no TIFF: built without libtiff)\n" : "\n");
  for (const auto& set : d["data_sets"]) {
    out << fmt::format(
        "data set         {} {}\n", text(set["name"]),
        set["found"].get<bool>() ? "found" : "not found: apt-get install dataset-fashion-mnist");
  }
  out << "estimators\n";
  for (const auto& e : d["estimators"]) {
    out << fmt::format("  {:<16} {} x {:<7} {} ({})\n", text(e["name"]), text(e["x"]), text(e["y"]),
                       text(e["summary"]), text(e["paper"]));
    if (e["needs_libtorch"].get<bool>() && d["libtorch"].is_null()) {
      out << "                     needs LibTorch: not available here\n";
    }
  }
}

}  // namespace

Command setup_doctor(CommandLine app) {
  auto json = std::make_shared<bool>(false);
  app.add({{"--json", json.get(), "One JSON document on standard output"}});
  return [json](Invocation& invocation) {
    const nlohmann::json facts = document();
    if (*json) {
      invocation.terminal.out << facts.dump(2) << '\n';
    } else {
      print(facts, invocation.terminal.out);
    }
    return static_cast<int>(kExitDone);
  };
}

}  // namespace cch

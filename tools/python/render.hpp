#pragma once

#include <string>
#include <vector>

namespace cch::python {

// Documents of the program (JSON) as text, told apart by their schema. Data Errors of parse_rank,
// and usage "no-rendering" for a schema that is not shown in this way.

/// As the program prints it.
std::string table(const std::string& document, unsigned width, bool colour, bool quiet);
/// The report as one HTML file.
std::string page(const std::string& document);
/// The verdict, the table and the picture, for the inside of another page. `id` is unique there.
std::string fragment(const std::string& document, const std::string& id);
std::string csv(const std::string& document);
/// Messages of a ranking that its report shows as warnings and not as notes.
std::vector<std::string> said_warnings(const std::string& document);
/// The files of `-o FOLDER`; returns their paths. Errors as of the program.
std::vector<std::string> save(const std::string& document, const std::string& folder, bool force);

}  // namespace cch::python

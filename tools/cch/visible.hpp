#pragma once

#include <ostream>
#include <streambuf>
#include <string>
#include <utility>
#include <vector>

namespace cch {

/// Passes text on, but what could act on a terminal becomes visible: control characters other than
/// line ends and tabs are written as \x1b. Names in foreign files and on the command line reach the
/// user through this one place, whatever prints them. `own` are the sequences that the program
/// itself writes: these pass. They begin with ESC or CR.
class VisibleBuffer : public std::streambuf {
 public:
  VisibleBuffer(std::ostream& to, std::vector<std::string> own) : to_(to), own_(std::move(own)) {}
  ~VisibleBuffer() override { release(); }
  VisibleBuffer(const VisibleBuffer&) = delete;
  VisibleBuffer& operator=(const VisibleBuffer&) = delete;

 protected:
  int_type overflow(int_type c) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;

 private:
  void put(char c);
  void pass(char c);
  void release();  // what looked like the beginning of an own sequence

  std::ostream& to_;
  std::vector<std::string> own_;
  std::string held_;       // the beginning of an own sequence
  bool after_c2_ = false;  // a byte C2 was passed: 80 to 9F behind it are control characters
};

/// An ostream over it.
class VisibleStream : public std::ostream {
 public:
  VisibleStream(std::ostream& to, std::vector<std::string> own)
      : std::ostream(nullptr), buffer_(to, std::move(own)) {
    rdbuf(&buffer_);
  }

 private:
  VisibleBuffer buffer_;
};

}  // namespace cch

// SPDX-License-Identifier: GPL-2.0-or-later
// The sink for everything that is shown on a terminal.
#pragma once

#include <ostream>
#include <streambuf>
#include <string>

namespace gpupass::core {

/// Passes what is written to it on to another buffer, made printable (core/printable.hpp), so that forgetting
/// to check what a guest or a file said does no harm. Line feeds and tabulators pass, and where `colours`
/// says so the sequences that set a colour ("ESC [ 31 m").
class PrintableBuffer : public std::streambuf {
 public:
  PrintableBuffer(std::streambuf& inner, bool colours) : inner_(inner), colours_(colours) {}
  ~PrintableBuffer() override;
  PrintableBuffer(const PrintableBuffer&) = delete;
  PrintableBuffer& operator=(const PrintableBuffer&) = delete;

 protected:
  int_type overflow(int_type character) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;

 private:
  bool hand_on(std::size_t size);

  std::streambuf& inner_;
  bool colours_;
  std::string pending_;  // the beginning of a character or of a sequence, until the rest of it comes
};

/// A stream that writes through such a buffer.
class PrintableStream : public std::ostream {
 public:
  PrintableStream(std::ostream& inner, bool colours)
      : std::ostream(nullptr), buffer_(*inner.rdbuf(), colours) {
    rdbuf(&buffer_);
  }

 private:
  PrintableBuffer buffer_;
};

}  // namespace gpupass::core

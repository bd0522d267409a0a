// SPDX-License-Identifier: GPL-2.0-or-later
// A text table that fits the terminal: columns that may are shortened or left out, no line is wrapped.
#pragma once

#include <string>
#include <vector>

namespace gpupass::report {

enum class Align { left, right };
enum class Style { plain, bold, dim, green, yellow, red };

struct Column {
  Column(const char* words, Align side = Align::left, std::size_t narrowest = 0, int rank = 0)
      : title(words), align(side), least(narrowest), importance(rank) {}

  std::string title;
  Align align = Align::left;
  std::size_t least = 0;  // columns that it may be shortened to; 0: it is not shortened
  // Where room is short the least important go first; 1 goes before another is shortened, and without a
  // word. 0: it always stays.
  int importance = 0;
};

struct Cell {
  Cell(std::string words, Style how = Style::plain) : text(std::move(words)), style(how) {}
  Cell(const char* words, Style how = Style::plain) : text(words), style(how) {}

  std::string text;  // printable UTF-8
  Style style = Style::plain;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// A cell for each column.
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }

  /// Lines of at most `width` columns, a heading first, columns that are empty in every row left out;
  /// a last line names those that there was no room for; nothing for no rows.
  [[nodiscard]] std::string text(int width, bool colour = false) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

/// A word or line in a style, for text outside of tables.
[[nodiscard]] std::string styled(const std::string& text, Style style, bool colour);

}  // namespace gpupass::report

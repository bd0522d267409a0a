// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/virt/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <string_view>

namespace gpupass::virt {
namespace {

using tinyxml2::XMLNode;

// tinyxml2 drops text that is all white space and refuses processing instructions inside elements.
// Both are dressed as ordinary text before it reads them, with characters that no XML may contain,
// and undressed when the tree is printed.
constexpr char k_blank_follows = '\x01';
constexpr char k_less_than = '\x02';

constexpr std::string_view k_blanks = " \t\r\n";

bool is_blank(std::string_view text) {
  return text.find_first_not_of(k_blanks) == std::string_view::npos;
}

/// One past the end of the markup that begins at `start`; the end of the text where it is not closed.
std::size_t markup_end(std::string_view text, std::size_t start) {
  const auto rest = text.substr(start);
  const auto after = [&](std::string_view closing) {
    const auto at = rest.find(closing);
    return at == std::string_view::npos ? text.size() : start + at + closing.size();
  };
  if (rest.starts_with("<!--")) return after("-->");
  if (rest.starts_with("<![CDATA[")) return after("]]>");
  if (rest.starts_with("<?")) return after("?>");
  char quote = 0;
  for (std::size_t i = start; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && c == '>') return i + 1;
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    }
  }
  return text.size();
}

std::string dress(std::string_view text) {
  std::string dressed;
  dressed.reserve(text.size() + text.size() / 8);
  for (std::size_t i = 0; i < text.size();) {
    const bool markup = text[i] == '<';
    const auto end = markup ? markup_end(text, i) : std::min(text.find('<', i), text.size());
    const auto piece = text.substr(i, end - i);
    if (!markup && is_blank(piece)) dressed += k_blank_follows;
    const auto from = dressed.size();
    dressed += piece;
    if (piece.starts_with("<?")) {
      std::replace(dressed.begin() + static_cast<std::ptrdiff_t>(from), dressed.end(), '<', k_less_than);
    }
    i = end;
  }
  return dressed;
}

std::string undress(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), k_blank_follows), text.end());
  std::replace(text.begin(), text.end(), k_less_than, '<');
  return text;
}

/// Writes a tree without adding a blank of its own.
class Writer : public tinyxml2::XMLVisitor {
 public:
  bool VisitEnter(const Element& element, const tinyxml2::XMLAttribute* first) override {
    text += fmt::format("<{}", element.Name());
    for (const auto* attribute = first; attribute != nullptr; attribute = attribute->Next()) {
      const std::string_view value = attribute->Value();
      const char quote = value.find('\'') == std::string_view::npos ? '\'' : '"';
      text += fmt::format(" {}={}{}{}", attribute->Name(), quote, value, quote);
    }
    text += element.NoChildren() ? "/>" : ">";
    return true;
  }
  bool VisitExit(const Element& element) override {
    if (!element.NoChildren()) text += fmt::format("</{}>", element.Name());
    return true;
  }
  bool Visit(const tinyxml2::XMLText& node) override {
    text += node.CData() ? fmt::format("<![CDATA[{}]]>", node.Value()) : undress(node.Value());
    return true;
  }
  bool Visit(const tinyxml2::XMLComment& node) override {
    text += fmt::format("<!--{}-->", node.Value());
    return true;
  }
  bool Visit(const tinyxml2::XMLUnknown& node) override {
    text += fmt::format("<!{}>", node.Value());
    return true;
  }

  std::string text;
};

/// tinyxml2's XML_ERROR_MISMATCHED_ELEMENT as words: "mismatched element".
std::string words_of(const char* error_name) {
  std::string_view name = error_name;
  for (const std::string_view prefix : {"XML_", "ERROR_"}) {
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  }
  std::string text(name);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return c == '_' ? ' ' : static_cast<char>(std::tolower(c)); });
  return text;
}

/// XML has no control characters but tab, line feed and carriage return.
Result<void> check_characters(std::string_view text, const std::string& origin) {
  const auto* const bad = std::find_if(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && k_blanks.find(c) == std::string_view::npos;
  });
  if (bad == text.end()) return {};
  return fail(ErrorKind::invalid, fmt::format("the {} is not XML: line {}: control character 0x{:02x}",
                                              origin, 1 + std::count(text.begin(), bad, '\n'), *bad));
}

/// Outside the root element there are only comments and processing instructions.
bool is_text_of_its_own(const XMLNode& node) {
  if (node.ToText() == nullptr) return false;
  std::string_view text = node.Value();
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n\x01"), text.size()));
    if (text.empty() || text.front() != k_less_than) return !text.empty();
    text.remove_prefix(std::min(text.find("?>"), text.size() - 2) + 2);
  }
}

Result<void> check_root(const tinyxml2::XMLDocument& tree, const std::string& origin,
                        const std::string& root_name) {
  for (const auto* node = tree.FirstChild(); node != nullptr; node = node->NextSibling()) {
    if (node->ToUnknown() != nullptr) {
      return fail(ErrorKind::invalid,
                  fmt::format("the {} declares a document type of its own (line {}), whose entities could "
                              "hide a device",
                              origin, node->GetLineNum()),
                  "give it as `virsh dumpxml` prints it");
    }
    if (is_text_of_its_own(*node)) {
      return fail(ErrorKind::invalid, fmt::format("the {} is not XML: line {}: text outside the elements",
                                                  origin, node->GetLineNum()));
    }
  }
  const auto* const root = tree.RootElement();
  if (root == nullptr) return fail(ErrorKind::invalid, fmt::format("the {} has no element", origin));
  if (root->Name() != root_name) {
    return fail(ErrorKind::invalid,
                fmt::format("the {} is a <{}>, not a <{}>", origin, root->Name(), root_name));
  }
  if (const auto* const second = root->NextSiblingElement()) {
    return fail(ErrorKind::invalid, fmt::format("the {} is not XML: line {}: <{}> is a second root element",
                                                origin, second->GetLineNum(), second->Name()));
  }
  return {};
}

bool is_blank_text(const XMLNode* node) {
  return node != nullptr && node->ToText() != nullptr && !node->ToText()->CData() &&
         is_blank(undress(node->Value()));
}

/// The line feed and indentation before a node; empty if it follows on the same line.
std::string line_start(const XMLNode& node) {
  if (!is_blank_text(node.PreviousSibling())) return {};
  const std::string_view value = node.PreviousSibling()->Value();
  const auto feed = value.rfind('\n');
  return feed == std::string_view::npos ? std::string() : std::string(value.substr(feed));
}

/// The white space before a new child: as before the others, or two columns more than before the parent.
std::string child_line_start(const Element& parent) {
  if (const auto* const other = parent.FirstChildElement()) return line_start(*other);
  if (parent.Parent()->ToDocument() != nullptr) return "\n  ";
  const auto outer = line_start(parent);
  return outer.empty() ? outer : outer + "  ";
}

/// Gives the blanks inside a copied fragment the indentation of the place it was put.
void indent(XMLNode& node, const std::string& start) {
  for (auto* inner = node.FirstChild(); inner != nullptr; inner = inner->NextSibling()) {
    if (is_blank_text(inner)) {
      const std::string_view value = inner->Value();
      const auto own = start.empty() ? std::string_view() : value.substr(value.rfind('\n') + 1);
      inner->SetValue((start + std::string(own)).c_str());
    }
    indent(*inner, start);
  }
}

/// The last node on the line of this one: a comment after it on the line is about it.
XMLNode* line_end(XMLNode* node) {
  auto* behind = node->NextSibling();
  if (is_blank_text(behind) && std::strchr(behind->Value(), '\n') == nullptr) behind = behind->NextSibling();
  return behind != nullptr && behind->ToComment() != nullptr ? behind : node;
}

/// Puts a node that hangs nowhere yet into its place, on a line of its own where its siblings are.
void place(Element& parent, Element* previous, XMLNode* node) {
  auto& tree = *parent.GetDocument();
  const auto start = child_line_start(parent);
  if (previous == nullptr) previous = parent.LastChildElement();
  XMLNode* before = previous == nullptr ? nullptr : line_end(previous);
  if (!start.empty()) {
    auto* const blank = tree.NewText(start.c_str());
    before = before == nullptr ? parent.InsertFirstChild(blank) : parent.InsertAfterChild(before, blank);
  }
  before == nullptr ? parent.InsertFirstChild(node) : parent.InsertAfterChild(before, node);
  if (node->NextSibling() == nullptr && !start.empty()) {
    const auto closing = parent.Parent()->ToDocument() != nullptr ? "\n" : line_start(parent);
    parent.InsertEndChild(tree.NewText(closing.c_str()));
  }
}

}  // namespace

Result<Document> Document::parse(const std::string& text, const std::string& origin,
                                 const std::string& root_name) {
  GPUPASS_TRY(check_characters(text, origin));
  // White space after the last element would be text without markup after it, which tinyxml2 refuses.
  const auto last = text.find_last_not_of(k_blanks);
  const auto dressed = dress(std::string_view(text).substr(0, last == std::string::npos ? 0 : last + 1));
  auto tree = std::make_unique<tinyxml2::XMLDocument>(false, tinyxml2::PRESERVE_WHITESPACE);
  if (tree->Parse(dressed.c_str(), dressed.size()) != tinyxml2::XML_SUCCESS) {
    return fail(ErrorKind::invalid, fmt::format("the {} is not XML: line {}: {}", origin,
                                                tree->ErrorLineNum(), words_of(tree->ErrorName())));
  }
  GPUPASS_TRY(check_root(*tree, origin, root_name));
  return Document(std::move(tree));
}

std::string Document::text() const {
  Writer writer;
  tree_->Accept(&writer);
  return (tree_->HasBOM() ? "\xef\xbb\xbf" : "") + writer.text + "\n";
}

std::string text_of(const Element& element) {
  Writer writer;
  element.Accept(&writer);
  return writer.text;
}

std::optional<std::string> attribute(const Element& element, const char* name) {
  const char* const raw = element.Attribute(name);
  if (raw == nullptr) return std::nullopt;
  if (std::strchr(raw, '&') == nullptr) return raw;
  tinyxml2::XMLDocument decoder;
  decoder.Parse(fmt::format("<a>{}</a>", raw).c_str());
  const auto* const decoded = decoder.RootElement();
  return decoded != nullptr && decoded->GetText() != nullptr ? decoded->GetText() : raw;
}

bool attribute_is(const Element& element, const char* name, const std::string& value) {
  return attribute(element, name) == value;
}

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '\'':
        safe += "&apos;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

Element& insert_copy(Element& parent, Element* previous, const Element& fragment) {
  auto* const copy = fragment.DeepClone(parent.GetDocument())->ToElement();
  indent(*copy, child_line_start(parent));
  place(parent, previous, copy);
  return *copy;
}

Element& child(Element& parent, const char* name) {
  if (auto* const there = parent.FirstChildElement(name)) return *there;
  auto* const made = parent.GetDocument()->NewElement(name);
  place(parent, nullptr, made);
  return *made;
}

void remove(Element& element) {
  auto& parent = *element.Parent();
  if (is_blank_text(element.PreviousSibling())) parent.DeleteChild(element.PreviousSibling());
  parent.DeleteChild(&element);
}

}  // namespace gpupass::virt

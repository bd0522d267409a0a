// SPDX-License-Identifier: GPL-2.0-or-later
// tests/xml/CASE: domain.xml, what is asked of it in `request`, and the domain that comes out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <regex>
#include <sstream>

#include "gpupass/core/text.hpp"
#include "gpupass/host.hpp"
#include "gpupass/hypervisor.hpp"
#include "gpupass/virt/document.hpp"
#include "virt/templates.hpp"

namespace gpupass {
namespace {

namespace fs = std::filesystem;
using test::fixture;
using test::read_fixture;
using test::shipped_templates;

struct Request {
  std::string verb;
  std::vector<PciAddress> functions;
  bool conventional = false;  // "attach-conventional": the card has no PCI Express
};

std::vector<Request> requests_of(const std::string& name) {
  std::vector<Request> requests;
  std::istringstream lines(read_fixture("xml/" + name + "/request"));
  for (std::string line; std::getline(lines, line);) {
    const auto words = core::words(line);
    Request request{std::string(words.at(0)), {}};
    if (request.verb == "attach-conventional") request = {"attach", {}, true};
    for (std::size_t i = 1; i < words.size(); ++i) {
      request.functions.push_back(parse_pci_address(words[i]).value());
    }
    requests.push_back(request);
  }
  return requests;
}

std::string attached(const std::string& domain, const Request& request) {
  auto cards = cards_of(request.functions);
  for (auto& card : cards) card.conventional = request.conventional;
  const auto xml = add_cards(domain, cards, shipped_templates());
  EXPECT_TRUE(xml) << xml.error().what;
  return xml.value_or("");
}

std::string detached(const std::string& domain, const std::vector<PciAddress>& functions) {
  const auto xml = remove_functions(domain, functions);
  EXPECT_TRUE(xml) << xml.error().what;
  return xml.value_or("");
}

std::string carried_out(std::string domain, const std::vector<Request>& requests) {
  for (const auto& request : requests) {
    domain = request.verb == "attach" ? attached(domain, request) : detached(domain, request.functions);
  }
  return domain;
}

/// As the printer writes it: quotes alike, one line feed at the end, an empty element closed at once.
std::string alike(const std::string& domain) {
  auto document = virt::Document::parse(domain, "domain XML", "domain");
  EXPECT_TRUE(document) << document.error().what;
  return std::regex_replace(document->text(), std::regex("<devices>\\s*</devices>"), "<devices/>");
}

std::string without_spares(const std::string& domain) {
  static const std::regex spare(
      R"(\s*<controller[^>]*>\s*<alias name='ua-gpupass-spare-\d+'/>\s*</controller>)");
  return std::regex_replace(domain, spare, "");
}

bool is_blank_text(const tinyxml2::XMLNode& node) {
  return node.ToText() != nullptr &&
         std::string_view(node.Value()).find_first_not_of("\x01 \n\t") == std::string::npos;
}

bool same_head(const tinyxml2::XMLNode& one, const tinyxml2::XMLNode& other) {
  return std::string_view(one.Value()) == other.Value() &&
         (one.ToElement() == nullptr) == (other.ToElement() == nullptr);
}

bool same_attributes(const virt::Element& one, const virt::Element& other) {
  for (const auto* a = one.FirstAttribute(); a != nullptr; a = a->Next()) {
    if (other.Attribute(a->Name(), a->Value()) == nullptr) return false;
  }
  return true;
}

/// True if everything in `less` is in `more`, in the same order and with the same attributes.
bool is_kept(const tinyxml2::XMLNode& less, const tinyxml2::XMLNode& more) {
  if (!same_head(less, more)) return false;
  if (less.ToElement() != nullptr && !same_attributes(*less.ToElement(), *more.ToElement())) return false;
  const auto* found = more.FirstChild();
  for (const auto* wanted = less.FirstChild(); wanted != nullptr; wanted = wanted->NextSibling()) {
    if (is_blank_text(*wanted)) continue;
    while (found != nullptr && !is_kept(*wanted, *found)) found = found->NextSibling();
    if (found == nullptr) return false;
    found = found->NextSibling();
  }
  return true;
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fixture("xml"))) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

class DomainGolden : public testing::TestWithParam<std::string> {
 protected:
  const std::string domain = read_fixture("xml/" + GetParam() + "/domain.xml");
  const std::vector<Request> requests = requests_of(GetParam());
  const std::string expected = "xml/" + GetParam() + "/expected.xml";
};

TEST_P(DomainGolden, IsAsExpected) {
  test::expect_golden(expected, carried_out(domain, requests));
}

TEST_P(DomainGolden, PassesLibvirtsSchema) {
  Program validate;
  validate.argv = {"virt-xml-validate", fixture(expected).string(), "domain"};
  const auto end = Host().run(validate);
  if (!end && end.error().kind == ErrorKind::not_found) {
    std::cout << "SKIPPED: virt-xml-validate (package libvirt-clients) is not installed\n";
    GTEST_SKIP() << "virt-xml-validate is not installed";
  }
  ASSERT_TRUE(end) << end.error().what;
  EXPECT_EQ(end->status, 0) << end->output << end->errors;
}

TEST_P(DomainGolden, IsDefinedByLibvirt) {
  auto libvirt = connect("test:///default", std::chrono::seconds(60));
  ASSERT_TRUE(libvirt) << libvirt.error().what;
  const auto defined = (*libvirt)->define(read_fixture(expected));
  EXPECT_TRUE(defined) << defined.error().what;
}

TEST_P(DomainGolden, IsTheSameWhenTheFirstRequestIsMadeTwice) {
  ASSERT_EQ(requests.front().verb, "attach");
  const auto once = attached(domain, requests.front());
  EXPECT_EQ(attached(once, requests.front()), once);
}

TEST_P(DomainGolden, ComesBackWithNothingButTheSparePorts) {
  const auto& functions = requests.front().functions;
  std::vector<PciAddress> added;  // not what the domain had before
  const auto before = hostdev_functions(domain).value();
  std::set_difference(functions.begin(), functions.end(), before.begin(), before.end(),
                      std::back_inserter(added));
  const auto once = detached(attached(domain, requests.front()), added);
  EXPECT_EQ(alike(without_spares(once)), alike(domain));
  const auto twice = detached(attached(once, requests.front()), added);
  EXPECT_EQ(twice, once) << "a second round leaves more behind";
}

TEST_P(DomainGolden, KeepsEverythingThatWasThere) {
  const auto before = virt::Document::parse(domain, "domain XML", "domain");
  const auto after = virt::Document::parse(attached(domain, requests.front()), "domain XML", "domain");
  EXPECT_TRUE(is_kept(before->root(), after->root()));
}

INSTANTIATE_TEST_SUITE_P(Xml, DomainGolden, testing::ValuesIn(cases()), [](const auto& one) {
  std::string name = one.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace gpupass

// SPDX-License-Identifier: GPL-2.0-or-later
// tests/guest/cases/CASE: what is asked for in `request`, the domain that comes out in expected.xml, and what
// --explain says of it in explain.txt.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <sstream>

#include "gpupass/core/text.hpp"
#include "gpupass/host.hpp"
#include "gpupass/hypervisor.hpp"
#include "gpupass/report/choices.hpp"
#include "guest/machines.hpp"
#include "support/golden.hpp"
#include "virt/templates.hpp"

namespace gpupass {
namespace {

namespace fs = std::filesystem;
using test::fixture;
using test::read_fixture;

/// The newest libvirt whose schema Debian 12 has.
constexpr std::uint64_t k_schema = 9'000'000;

struct Case {
  test::GuestMachine machine;
  LibvirtFacts libvirt{9'000'000, false};
  GuestRequest request;
};

/// "9.3.0" as libvirt counts.
std::uint64_t version(const std::string& text) {
  std::uint64_t number = 0;
  for (const auto part : core::split(text, '.')) number = number * 1000 + core::parse_number(part).value();
  return number;
}

std::string profile(const std::string& name) {
  return read_fixture("../xml-templates/profiles/" + name + ".xml");
}

/// The functions of a slot that the machine has.
GuestCard card(const Inventory& inventory, const std::string& slot) {
  GuestCard card;
  for (const auto& device : inventory.devices)
    if (slot_to_string(device.address) == slot) card.functions.push_back(device.address);
  EXPECT_FALSE(card.functions.empty()) << slot;
  return card;
}

/// A line is a word and its value: "machine server", "card 0000:18:00", "no-pages".
void apply_line(Case& made, const std::string& word, const std::string& value) {
  auto& request = made.request;
  if (word == "machine") {
    made.machine = test::guest_machine(value);
  } else if (word == "profile") {
    request.profile = profile(value);
  } else if (word == "card") {
    request.cards.push_back(card(made.machine.inventory, value));
  } else if (word == "libvirt") {
    made.libvirt.version = version(value);
  } else if (word == "iommufd") {
    made.libvirt.iommufd = true;
    const std::string last = "<gpupass:step name='cards'/>";
    request.profile.insert(request.profile.find(last) + last.size(), "<gpupass:step name='iommufd'/>");
  } else if (word == "vcpus") {
    request.vcpus = static_cast<int>(core::parse_number(value).value());
  } else if (word == "memory-gib") {
    request.memory = core::parse_number(value).value() << 30U;
  } else if (word == "no-pages") {
    for (auto& node : made.machine.topology.nodes)
      for (auto& [size, pool] : node.hugepages) pool = {};
  } else if (word == "network") {
    request.network = value;
  } else {
    ADD_FAILURE() << "the request says '" << word << "'";
  }
}

Case read_case(const std::string& name) {
  Case made;
  made.request.name = name;
  made.request.disk = "/var/lib/libvirt/images/" + name + ".qcow2";
  made.request.seed = "/var/lib/libvirt/images/" + name + "-seed.iso";
  std::istringstream lines(read_fixture("guest/cases/" + name + "/request"));
  for (std::string line; std::getline(lines, line);) {
    const auto words = core::words(line);
    if (words.empty() || words[0].starts_with('#')) continue;
    apply_line(made, std::string(words[0]), words.size() > 1 ? std::string(words[1]) : "");
  }
  return made;
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fixture("guest/cases")))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

class GuestGolden : public testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] Result<GuestDomain> make() const {
    return make_guest(one.request, {one.machine.inventory, one.machine.topology, one.libvirt},
                      test::shipped_templates());
  }
  /// Printed, too: a skipped check must be seen.
  [[nodiscard]] bool is_beyond_schema() const {
    if (one.libvirt.version <= k_schema) return false;
    std::cout << "SKIPPED: made for libvirt " << one.libvirt.version << ", and the schema here is 9.0's\n";
    return true;
  }

  const std::string folder = "guest/cases/" + GetParam() + "/";
  const Case one = read_case(GetParam());
};

TEST_P(GuestGolden, IsAsExpected) {
  const auto guest = make();
  ASSERT_TRUE(guest) << describe(guest.error());
  test::expect_golden(folder + "expected.xml", guest->xml);
  test::expect_golden(folder + "explain.txt", report::choices_text(guest->choices, 100));
}

TEST_P(GuestGolden, PassesLibvirtsSchema) {
  if (is_beyond_schema()) GTEST_SKIP() << "the schema here is 9.0's";
  Program validate;
  validate.argv = {"virt-xml-validate", fixture(folder + "expected.xml").string(), "domain"};
  const auto end = Host().run(validate);
  if (!end && end.error().kind == ErrorKind::not_found) {
    std::cout << "SKIPPED: virt-xml-validate (package libvirt-clients) is not installed\n";
    GTEST_SKIP() << "virt-xml-validate is not installed";
  }
  ASSERT_TRUE(end) << end.error().what;
  EXPECT_EQ(end->status, 0) << end->output << end->errors;
}

TEST_P(GuestGolden, IsDefinedByLibvirtAndKnownAgain) {
  if (is_beyond_schema()) GTEST_SKIP() << "the schema here is 9.0's";
  auto libvirt = connect("test:///default", std::chrono::seconds(60));
  ASSERT_TRUE(libvirt) << libvirt.error().what;
  const auto defined = (*libvirt)->define(read_fixture(folder + "expected.xml"));
  ASSERT_TRUE(defined) << defined.error().what;
  const auto mark = guest_mark((*libvirt)->xml(GetParam(), DomainView::config).value());
  ASSERT_TRUE(mark && *mark);
  EXPECT_THAT((*mark)->files, testing::ElementsAre(one.request.disk, one.request.seed));
}

TEST_P(GuestGolden, GivesUpItsCardsAndNothingElse) {
  std::vector<PciAddress> functions;
  for (const auto& card : one.request.cards)
    functions.insert(functions.end(), card.functions.begin(), card.functions.end());
  const auto guest = make();
  ASSERT_TRUE(guest);
  EXPECT_EQ(hostdev_functions(guest->xml).value(), functions);
  const auto left = remove_functions(guest->xml, functions);
  ASSERT_TRUE(left);
  EXPECT_THAT(*left, testing::Not(testing::HasSubstr("pcie-root-port")));
  EXPECT_THAT(*left, testing::Not(testing::HasSubstr("qemu:override")));
}

INSTANTIATE_TEST_SUITE_P(Guest, GuestGolden, testing::ValuesIn(cases()), [](const auto& one) {
  std::string name = one.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace gpupass

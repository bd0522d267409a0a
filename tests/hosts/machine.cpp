// SPDX-License-Identifier: GPL-2.0-or-later
#include "hosts/machine.hpp"

#include <algorithm>

#include "support/golden.hpp"

namespace gpupass::test {
namespace fs = std::filesystem;
namespace {

constexpr const char* k_vm1 =
    "<domain type='kvm'><name>vm1</name><os><type arch='x86_64' machine='q35'>hvm</type></os>"
    "<devices><controller type='pci' index='0' model='pcie-root'/></devices></domain>";

std::string name_in(const std::string& domain_xml) {
  constexpr std::string_view k_name = "<name>";
  const auto start = domain_xml.find(k_name) + k_name.size();
  return domain_xml.substr(start, domain_xml.find('<', start) - start);
}

}  // namespace

std::vector<std::string> machines() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(source("/tests/hosts"))) {
    const auto has = [&](const char* name) { return fs::exists(entry.path() / name); };
    if (has("machine") || has("root.tar.gz")) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string machine_name(const ::testing::TestParamInfo<std::string>& machine) {
  auto name = machine.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::optional<OtherDomain> domain_of(const fs::path& folder) {
  const bool running = fs::exists(fixture(folder / "running.xml"));
  const auto file = folder / (running ? "running.xml" : "domain.xml");
  if (!fs::exists(fixture(file))) return std::nullopt;
  auto xml = read_fixture(file);
  return OtherDomain{{name_in(xml), "uuid-2", running, true}, std::move(xml)};
}

MachineDomains::MachineDomains(const std::optional<OtherDomain>& other) : FakeHypervisor("vm1", k_vm1, "") {
  if (other) others_.push_back(*other);
}

std::vector<OtherDomain>::iterator MachineDomains::find(const std::string& name) {
  return std::ranges::find_if(
      others_, [&](const OtherDomain& one) { return name == one.state.name || name == one.state.uuid; });
}

Result<std::vector<DomainState>> MachineDomains::domains() {
  auto all = FakeHypervisor::domains();
  for (const auto& other : others_) all->push_back(other.state);
  return all;
}

Result<DomainState> MachineDomains::domain(const std::string& name) {
  const auto other = find(name);
  return other != others_.end() ? other->state : FakeHypervisor::domain(name);
}

Result<std::string> MachineDomains::xml(const std::string& name, DomainView view) {
  const auto other = find(name);
  return other != others_.end() ? other->xml : FakeHypervisor::xml(name, view);
}

Result<void> MachineDomains::define(const std::string& xml) {
  const auto name = name_in(xml);
  if (name == "vm1") return FakeHypervisor::define(xml);
  if (const auto other = find(name); other != others_.end()) {
    other->xml = xml;
  } else {
    others_.push_back({{name, "uuid of " + name, false, true}, xml});
  }
  return {};
}

Result<void> MachineDomains::undefine(const std::string& name) {
  const auto other = find(name);
  if (other == others_.end()) return FakeHypervisor::undefine(name);
  others_.erase(other);
  return {};
}

}  // namespace gpupass::test

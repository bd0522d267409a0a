// SPDX-License-Identifier: GPL-2.0-or-later
// The machines of this folder: which there are, and the domains that each has.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/fake_hypervisor.hpp"

namespace gpupass::test {

/// Their folders' names, sorted.
[[nodiscard]] std::vector<std::string> machines();

/// "two_gpu_board"
[[nodiscard]] std::string machine_name(const ::testing::TestParamInfo<std::string>& machine);

/// A domain that a machine has besides vm1.
struct OtherDomain {
  DomainState state;
  std::string xml;
};

/// From domain.xml beside the machine's tables, or from running.xml where it is running.
[[nodiscard]] std::optional<OtherDomain> domain_of(const std::filesystem::path& folder);

/// A libvirt with vm1, which is stopped and has nothing yet, what else the machine has, and what is defined.
class MachineDomains : public FakeHypervisor {
 public:
  explicit MachineDomains(const std::optional<OtherDomain>& other);

  [[nodiscard]] Result<std::vector<DomainState>> domains() override;
  [[nodiscard]] Result<DomainState> domain(const std::string& name) override;
  [[nodiscard]] Result<std::string> xml(const std::string& name, DomainView view) override;
  [[nodiscard]] Result<void> define(const std::string& xml) override;
  [[nodiscard]] Result<void> undefine(const std::string& name) override;

 private:
  std::vector<OtherDomain> others_;
  [[nodiscard]] std::vector<OtherDomain>::iterator find(const std::string& name);
};

}  // namespace gpupass::test

#pragma once
// ipvsadm as a function: what it is called with and reads goes in, what it prints and its exit
// status come out, and a director is changed in between. As ipvsadm 1.31 of Debian 12 answers, byte
// for byte, but for the text of -h, which is this project's.
//
// Exit status: 0; 2 what ipvsadm itself refuses; 255 what the director refuses, and options that
// there are not; 1 a listing of a service that is not there.

#include <string>
#include <string_view>
#include <vector>

#include "emulator/ipvs/resolver.hh"
#include "emulator/ipvs/rules.hh"

namespace lvslab::ipvs {

struct Outcome {
  int status = 0;
  std::string out, err;
};

// arguments: without argv[0]. input: standard input, which only -R reads.
Outcome ipvsadm(const std::vector<std::string>& arguments, std::string_view input, Rules& rules,
                const Resolver& resolver = {});

// Whether it would read standard input.
bool reads_input(const std::vector<std::string>& arguments);

}  // namespace lvslab::ipvs

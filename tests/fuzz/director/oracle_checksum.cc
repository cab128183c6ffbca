// Nothing goes out with a wrong checksum or length that did not come in with one. What a wrong
// checksum becomes is not asked here: IPVS changes it by the difference, and it stays wrong.

#include "tests/fuzz/director/oracle.hh"

namespace lvslab::fuzz {

namespace {

class ChecksumOracle : public Oracle {
 public:
  std::string_view name() const override { return "checksum"; }
  void begin() override { clean_ = true; }

  void frame(const Turn& turn, Complaints& complaints) override {
    // Fragments may make something wrong whole later; so may what waits for a neighbour leave then.
    if (turn.in.reading.bad_sum() || turn.in.reading.unknown_sum()) clean_ = false;
    const bool waited_for = turn.in.reading.count == 0;
    const bool good = waited_for || turn.in.reading.packets[0].fragment
                          ? clean_
                          : !turn.in.reading.bad_sum() && !turn.in.reading.unknown_sum();
    for (const SeenFrame& out : turn.out) {
      if (out.reading.fault && !turn.in.reading.fault && clean_)
        complain(complaints,
                 std::string("a frame goes out whose ") + out.reading.fault + " is wrong");
      const char* bad = out.reading.bad_sum();
      if (bad && good)
        complain(complaints, std::string("a wrong ") + bad + " goes out by port " +
                                 std::to_string(out.port) + ", and none came in");
    }
  }

 private:
  bool clean_ = true;
};

}  // namespace

std::unique_ptr<Oracle> make_checksum_oracle() {
  return std::make_unique<ChecksumOracle>();
}

}  // namespace lvslab::fuzz

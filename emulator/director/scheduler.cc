#include "emulator/director/scheduler.hh"

namespace lvslab::director {

std::unique_ptr<Scheduler> make_scheduler(ipvs::Scheduler kind) {
  switch (kind) {
    case ipvs::Scheduler::rr:
      return make_rr();
    case ipvs::Scheduler::wrr:
      return make_wrr();
    case ipvs::Scheduler::lc:
      return make_lc();
    case ipvs::Scheduler::wlc:
      return make_wlc();
    case ipvs::Scheduler::sed:
      return make_sed();
    case ipvs::Scheduler::nq:
      return make_nq();
    case ipvs::Scheduler::dh:
      return make_dh();
    case ipvs::Scheduler::sh:
      return make_sh();
    case ipvs::Scheduler::mh:
      return make_mh();
    case ipvs::Scheduler::fo:
      return make_fo();
    case ipvs::Scheduler::ovf:
      return make_ovf();
    case ipvs::Scheduler::lblc:
      return make_lblc();
    case ipvs::Scheduler::lblcr:
      return make_lblcr();
    case ipvs::Scheduler::twos:
      return make_twos();
    case ipvs::Scheduler::none:
      break;
  }
  return nullptr;
}

}  // namespace lvslab::director

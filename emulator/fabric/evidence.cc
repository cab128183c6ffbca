namespace lvslab {}

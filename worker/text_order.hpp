// How people compare texts: to find one, and to put them in order.
#pragma once

#include <string>
#include <string_view>

namespace tws::worker {

// The same for texts that differ in case, or in how Unicode writes them, alone (a compatibility caseless match: The
// Unicode Standard, 3.13, D146). `text` is UTF-8.
std::string fold_case(std::string_view text);

// Keys whose bytes compare as a reader expects it of their texts, and as the GUI does (Intl.Collator with `numeric` and
// sensitivity `base`): case and accents count for nothing, numbers by their value; marks come before digits, digits
// before letters.
std::string order_key(std::string_view text);

}  // namespace tws::worker

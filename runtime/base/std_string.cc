// SPDX-License-Identifier: Apache-2.0
// std::string, for code that is the compiler's too: libc++'s headers leave it to its library, which collectors are not
// linked with.
#include <string>

template class std::basic_string<char>;
template std::string std::operator+
    <char, std::char_traits<char>, std::allocator<char>>(const char*, const std::string&);

// SPDX-License-Identifier: Apache-2.0
// Names that come from elsewhere: time zones of the IANA database, character sets of IANA that the
// reference can decode. Each table is one text with a space before and after every name.
#include "compiler/ottl/names.h"

#include <string>

namespace whittle::ottl {

namespace {

// clang-format off
constexpr std::string_view kZones =
    " Africa/Abidjan Africa/Accra Africa/Addis_Ababa Africa/Algiers Africa/Asmara Africa/Asmera Africa/Bamako "
    "Africa/Bangui Africa/Banjul Africa/Bissau Africa/Blantyre Africa/Brazzaville Africa/Bujumbura Africa/Cairo "
    "Africa/Casablanca Africa/Ceuta Africa/Conakry Africa/Dakar Africa/Dar_es_Salaam Africa/Djibouti "
    "Africa/Douala Africa/El_Aaiun Africa/Freetown Africa/Gaborone Africa/Harare Africa/Johannesburg Africa/Juba "
    "Africa/Kampala Africa/Khartoum Africa/Kigali Africa/Kinshasa Africa/Lagos Africa/Libreville Africa/Lome "
    "Africa/Luanda Africa/Lubumbashi Africa/Lusaka Africa/Malabo Africa/Maputo Africa/Maseru Africa/Mbabane "
    "Africa/Mogadishu Africa/Monrovia Africa/Nairobi Africa/Ndjamena Africa/Niamey Africa/Nouakchott "
    "Africa/Ouagadougou Africa/Porto-Novo Africa/Sao_Tome Africa/Timbuktu Africa/Tripoli Africa/Tunis "
    "Africa/Windhoek America/Adak America/Anchorage America/Anguilla America/Antigua America/Araguaina "
    "America/Argentina/Buenos_Aires America/Argentina/Catamarca America/Argentina/ComodRivadavia "
    "America/Argentina/Cordoba America/Argentina/Jujuy America/Argentina/La_Rioja America/Argentina/Mendoza "
    "America/Argentina/Rio_Gallegos America/Argentina/Salta America/Argentina/San_Juan "
    "America/Argentina/San_Luis America/Argentina/Tucuman America/Argentina/Ushuaia America/Aruba "
    "America/Asuncion America/Atikokan America/Atka America/Bahia America/Bahia_Banderas America/Barbados "
    "America/Belem America/Belize America/Blanc-Sablon America/Boa_Vista America/Bogota America/Boise "
    "America/Buenos_Aires America/Cambridge_Bay America/Campo_Grande America/Cancun America/Caracas "
    "America/Catamarca America/Cayenne America/Cayman America/Chicago America/Chihuahua America/Ciudad_Juarez "
    "America/Coral_Harbour America/Cordoba America/Costa_Rica America/Coyhaique America/Creston America/Cuiaba "
    "America/Curacao America/Danmarkshavn America/Dawson America/Dawson_Creek America/Denver America/Detroit "
    "America/Dominica America/Edmonton America/Eirunepe America/El_Salvador America/Ensenada America/Fort_Nelson "
    "America/Fort_Wayne America/Fortaleza America/Glace_Bay America/Godthab America/Goose_Bay America/Grand_Turk "
    "America/Grenada America/Guadeloupe America/Guatemala America/Guayaquil America/Guyana America/Halifax "
    "America/Havana America/Hermosillo America/Indiana/Indianapolis America/Indiana/Knox America/Indiana/Marengo "
    "America/Indiana/Petersburg America/Indiana/Tell_City America/Indiana/Vevay America/Indiana/Vincennes "
    "America/Indiana/Winamac America/Indianapolis America/Inuvik America/Iqaluit America/Jamaica America/Jujuy "
    "America/Juneau America/Kentucky/Louisville America/Kentucky/Monticello America/Knox_IN America/Kralendijk "
    "America/La_Paz America/Lima America/Los_Angeles America/Louisville America/Lower_Princes America/Maceio "
    "America/Managua America/Manaus America/Marigot America/Martinique America/Matamoros America/Mazatlan "
    "America/Mendoza America/Menominee America/Merida America/Metlakatla America/Mexico_City America/Miquelon "
    "America/Moncton America/Monterrey America/Montevideo America/Montreal America/Montserrat America/Nassau "
    "America/New_York America/Nipigon America/Nome America/Noronha America/North_Dakota/Beulah "
    "America/North_Dakota/Center America/North_Dakota/New_Salem America/Nuuk America/Ojinaga America/Panama "
    "America/Pangnirtung America/Paramaribo America/Phoenix America/Port-au-Prince America/Port_of_Spain "
    "America/Porto_Acre America/Porto_Velho America/Puerto_Rico America/Punta_Arenas America/Rainy_River "
    "America/Rankin_Inlet America/Recife America/Regina America/Resolute America/Rio_Branco America/Rosario "
    "America/Santa_Isabel America/Santarem America/Santiago America/Santo_Domingo America/Sao_Paulo "
    "America/Scoresbysund America/Shiprock America/Sitka America/St_Barthelemy America/St_Johns America/St_Kitts "
    "America/St_Lucia America/St_Thomas America/St_Vincent America/Swift_Current America/Tegucigalpa "
    "America/Thule America/Thunder_Bay America/Tijuana America/Toronto America/Tortola America/Vancouver "
    "America/Virgin America/Whitehorse America/Winnipeg America/Yakutat America/Yellowknife Antarctica/Casey "
    "Antarctica/Davis Antarctica/DumontDUrville Antarctica/Macquarie Antarctica/Mawson Antarctica/McMurdo "
    "Antarctica/Palmer Antarctica/Rothera Antarctica/South_Pole Antarctica/Syowa Antarctica/Troll "
    "Antarctica/Vostok Arctic/Longyearbyen Asia/Aden Asia/Almaty Asia/Amman Asia/Anadyr Asia/Aqtau Asia/Aqtobe "
    "Asia/Ashgabat Asia/Ashkhabad Asia/Atyrau Asia/Baghdad Asia/Bahrain Asia/Baku Asia/Bangkok Asia/Barnaul "
    "Asia/Beirut Asia/Bishkek Asia/Brunei Asia/Calcutta Asia/Chita Asia/Choibalsan Asia/Chongqing Asia/Chungking "
    "Asia/Colombo Asia/Dacca Asia/Damascus Asia/Dhaka Asia/Dili Asia/Dubai Asia/Dushanbe Asia/Famagusta "
    "Asia/Gaza Asia/Harbin Asia/Hebron Asia/Ho_Chi_Minh Asia/Hong_Kong Asia/Hovd Asia/Irkutsk Asia/Istanbul "
    "Asia/Jakarta Asia/Jayapura Asia/Jerusalem Asia/Kabul Asia/Kamchatka Asia/Karachi Asia/Kashgar "
    "Asia/Kathmandu Asia/Katmandu Asia/Khandyga Asia/Kolkata Asia/Krasnoyarsk Asia/Kuala_Lumpur Asia/Kuching "
    "Asia/Kuwait Asia/Macao Asia/Macau Asia/Magadan Asia/Makassar Asia/Manila Asia/Muscat Asia/Nicosia "
    "Asia/Novokuznetsk Asia/Novosibirsk Asia/Omsk Asia/Oral Asia/Phnom_Penh Asia/Pontianak Asia/Pyongyang "
    "Asia/Qatar Asia/Qostanay Asia/Qyzylorda Asia/Rangoon Asia/Riyadh Asia/Saigon Asia/Sakhalin Asia/Samarkand "
    "Asia/Seoul Asia/Shanghai Asia/Singapore Asia/Srednekolymsk Asia/Taipei Asia/Tashkent Asia/Tbilisi "
    "Asia/Tehran Asia/Tel_Aviv Asia/Thimbu Asia/Thimphu Asia/Tokyo Asia/Tomsk Asia/Ujung_Pandang "
    "Asia/Ulaanbaatar Asia/Ulan_Bator Asia/Urumqi Asia/Ust-Nera Asia/Vientiane Asia/Vladivostok Asia/Yakutsk "
    "Asia/Yangon Asia/Yekaterinburg Asia/Yerevan Atlantic/Azores Atlantic/Bermuda Atlantic/Canary "
    "Atlantic/Cape_Verde Atlantic/Faeroe Atlantic/Faroe Atlantic/Jan_Mayen Atlantic/Madeira Atlantic/Reykjavik "
    "Atlantic/South_Georgia Atlantic/St_Helena Atlantic/Stanley Australia/ACT Australia/Adelaide "
    "Australia/Brisbane Australia/Broken_Hill Australia/Canberra Australia/Currie Australia/Darwin "
    "Australia/Eucla Australia/Hobart Australia/LHI Australia/Lindeman Australia/Lord_Howe Australia/Melbourne "
    "Australia/NSW Australia/North Australia/Perth Australia/Queensland Australia/South Australia/Sydney "
    "Australia/Tasmania Australia/Victoria Australia/West Australia/Yancowinna Brazil/Acre Brazil/DeNoronha "
    "Brazil/East Brazil/West CET CST6CDT Canada/Atlantic Canada/Central Canada/Eastern Canada/Mountain "
    "Canada/Newfoundland Canada/Pacific Canada/Saskatchewan Canada/Yukon Chile/Continental Chile/EasterIsland "
    "Cuba EET EST EST5EDT Egypt Eire Etc/GMT Etc/GMT+0 Etc/GMT+1 Etc/GMT+10 Etc/GMT+11 Etc/GMT+12 Etc/GMT+2 "
    "Etc/GMT+3 Etc/GMT+4 Etc/GMT+5 Etc/GMT+6 Etc/GMT+7 Etc/GMT+8 Etc/GMT+9 Etc/GMT-0 Etc/GMT-1 Etc/GMT-10 "
    "Etc/GMT-11 Etc/GMT-12 Etc/GMT-13 Etc/GMT-14 Etc/GMT-2 Etc/GMT-3 Etc/GMT-4 Etc/GMT-5 Etc/GMT-6 Etc/GMT-7 "
    "Etc/GMT-8 Etc/GMT-9 Etc/GMT0 Etc/Greenwich Etc/UCT Etc/UTC Etc/Universal Etc/Zulu Europe/Amsterdam "
    "Europe/Andorra Europe/Astrakhan Europe/Athens Europe/Belfast Europe/Belgrade Europe/Berlin "
    "Europe/Bratislava Europe/Brussels Europe/Bucharest Europe/Budapest Europe/Busingen Europe/Chisinau "
    "Europe/Copenhagen Europe/Dublin Europe/Gibraltar Europe/Guernsey Europe/Helsinki Europe/Isle_of_Man "
    "Europe/Istanbul Europe/Jersey Europe/Kaliningrad Europe/Kiev Europe/Kirov Europe/Kyiv Europe/Lisbon "
    "Europe/Ljubljana Europe/London Europe/Luxembourg Europe/Madrid Europe/Malta Europe/Mariehamn Europe/Minsk "
    "Europe/Monaco Europe/Moscow Europe/Nicosia Europe/Oslo Europe/Paris Europe/Podgorica Europe/Prague "
    "Europe/Riga Europe/Rome Europe/Samara Europe/San_Marino Europe/Sarajevo Europe/Saratov Europe/Simferopol "
    "Europe/Skopje Europe/Sofia Europe/Stockholm Europe/Tallinn Europe/Tirane Europe/Tiraspol Europe/Ulyanovsk "
    "Europe/Uzhgorod Europe/Vaduz Europe/Vatican Europe/Vienna Europe/Vilnius Europe/Volgograd Europe/Warsaw "
    "Europe/Zagreb Europe/Zaporozhye Europe/Zurich Factory GB GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich HST "
    "Hongkong Iceland Indian/Antananarivo Indian/Chagos Indian/Christmas Indian/Cocos Indian/Comoro "
    "Indian/Kerguelen Indian/Mahe Indian/Maldives Indian/Mauritius Indian/Mayotte Indian/Reunion Iran Israel "
    "Jamaica Japan Kwajalein Libya MET MST MST7MDT Mexico/BajaNorte Mexico/BajaSur Mexico/General NZ NZ-CHAT "
    "Navajo PRC PST8PDT Pacific/Apia Pacific/Auckland Pacific/Bougainville Pacific/Chatham Pacific/Chuuk "
    "Pacific/Easter Pacific/Efate Pacific/Enderbury Pacific/Fakaofo Pacific/Fiji Pacific/Funafuti "
    "Pacific/Galapagos Pacific/Gambier Pacific/Guadalcanal Pacific/Guam Pacific/Honolulu Pacific/Johnston "
    "Pacific/Kanton Pacific/Kiritimati Pacific/Kosrae Pacific/Kwajalein Pacific/Majuro Pacific/Marquesas "
    "Pacific/Midway Pacific/Nauru Pacific/Niue Pacific/Norfolk Pacific/Noumea Pacific/Pago_Pago Pacific/Palau "
    "Pacific/Pitcairn Pacific/Pohnpei Pacific/Ponape Pacific/Port_Moresby Pacific/Rarotonga Pacific/Saipan "
    "Pacific/Samoa Pacific/Tahiti Pacific/Tarawa Pacific/Tongatapu Pacific/Truk Pacific/Wake Pacific/Wallis "
    "Pacific/Yap Poland Portugal ROC ROK Singapore Turkey UCT US/Alaska US/Aleutian US/Arizona US/Central "
    "US/East-Indiana US/Eastern US/Hawaii US/Indiana-Starke US/Michigan US/Mountain US/Pacific US/Samoa UTC "
    "Universal W-SU WET Zulu ";

constexpr std::string_view kEncodings =
    " 437 850 852 855 860 862 863 865 866 ansi_x3.4-1968 ansi_x3.4-1986 arabic ascii asmo-708 big5 ccsid00858 "
    "ccsid01140 cp00858 cp01140 cp037 cp367 cp437 cp819 cp850 cp852 cp855 cp860 cp862 cp863 cp865 cp866 cp936 "
    "csascii csbig5 cseuckr cseucpkdfmtjapanese csgb18030 csgbk csibm00858 csibm01140 csibm037 csibm1047 "
    "csibm855 csibm860 csibm863 csibm865 csibm866 csiso2022jp csiso885913 csiso885914 csiso885915 csiso885916 "
    "csiso88596e csiso88596i csiso88598e csiso88598i csisolatin1 csisolatin2 csisolatin3 csisolatin4 csisolatin5 "
    "csisolatin6 csisolatinarabic csisolatincyrillic csisolatingreek csisolatinhebrew cskoi8r cskoi8u "
    "csmacintosh cspc850multilingual cspc862latinhebrew cspc8codepage437 cspcp852 csshiftjis csutf16 csutf16be "
    "csutf16le csutf8 cswindows1250 cswindows1251 cswindows1252 cswindows1253 cswindows1254 cswindows1255 "
    "cswindows1256 cswindows1257 cswindows1258 cswindows874 cyrillic ebcdic-cp-ca ebcdic-cp-nl ebcdic-cp-us "
    "ebcdic-cp-wt ebcdic-us-37+euro ecma-114 ecma-118 elot_928 euc-jp euc-kr "
    "extended_unix_code_packed_format_for_japanese gb18030 gbk greek greek8 hebrew hz-gb-2312 ibm-1047 ibm00858 "
    "ibm01140 ibm037 ibm1047 ibm367 ibm437 ibm819 ibm850 ibm852 ibm855 ibm860 ibm862 ibm863 ibm865 ibm866 "
    "iso-2022-jp iso-8859-1 iso-8859-10 iso-8859-13 iso-8859-14 iso-8859-15 iso-8859-16 iso-8859-2 iso-8859-3 "
    "iso-8859-4 iso-8859-5 iso-8859-6 iso-8859-6-e iso-8859-6-i iso-8859-7 iso-8859-8 iso-8859-8-e iso-8859-8-i "
    "iso-8859-9 iso-celtic iso-ir-100 iso-ir-101 iso-ir-109 iso-ir-110 iso-ir-126 iso-ir-127 iso-ir-138 "
    "iso-ir-144 iso-ir-148 iso-ir-157 iso-ir-199 iso-ir-226 iso-ir-6 iso646-us iso_646.irv:1991 iso_8859-1 "
    "iso_8859-10:1992 iso_8859-14 iso_8859-14:1998 iso_8859-15 iso_8859-16 iso_8859-16:2001 iso_8859-1:1987 "
    "iso_8859-2 iso_8859-2:1987 iso_8859-3 iso_8859-3:1988 iso_8859-4 iso_8859-4:1988 iso_8859-5 iso_8859-5:1988 "
    "iso_8859-6 iso_8859-6-e iso_8859-6-i iso_8859-6:1987 iso_8859-7 iso_8859-7:1987 iso_8859-8 iso_8859-8-e "
    "iso_8859-8-i iso_8859-8:1988 iso_8859-9 iso_8859-9:1989 koi8-r koi8-u l1 l10 l2 l3 l4 l5 l6 l8 latin-9 "
    "latin1 latin10 latin2 latin3 latin4 latin5 latin6 latin8 mac macintosh ms936 ms_kanji nop "
    "pc-multilingual-850+euro shift_jis us us-ascii utf-16 utf-16be utf-16le utf-8 utf-8-raw utf16 utf8 utf8-raw "
    "windows-1250 windows-1251 windows-1252 windows-1253 windows-1254 windows-1255 windows-1256 windows-1257 "
    "windows-1258 windows-874 windows-936 ";
// clang-format on

bool is_in(std::string_view table, std::string_view name) {
  if (name.empty() || name.find(' ') != std::string_view::npos) return false;
  return table.find(" " + std::string(name) + " ") != std::string_view::npos;
}

std::vector<std::string_view> split(std::string_view table) {
  std::vector<std::string_view> out;
  for (size_t i = 1; i < table.size();) {
    size_t end = table.find(' ', i);
    out.push_back(table.substr(i, end - i));
    i = end + 1;
  }
  return out;
}

}  // namespace

bool is_time_zone(std::string_view name) {
  return is_in(kZones, name);
}
bool is_encoding(std::string_view name) {
  std::string small(name);
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return small.empty() || is_in(kEncodings, small);
}

std::vector<std::string_view> time_zones() {
  return split(kZones);
}
std::vector<std::string_view> encodings() {
  return split(kEncodings);
}

}  // namespace whittle::ottl

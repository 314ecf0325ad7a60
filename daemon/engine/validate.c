/*
 * validate: the table of validators.
 *
 * A rule names its validator, and its author and every reader of `rules show`
 * wants to know by whose word a value is valid: so each row names the source.
 * The functions stand in one file per field (validate_belgium.c ...), where
 * the sources are named in full.
 */
#include <purposed/engine/validate.h>
#include <purposed/engine/validate_private.h>

static const struct validator validators[] = {
	{ "be-nn", "Belgian national register number: date, sequence, modulo 97 (IBZ, IT 000)",
	  belgium_nn },
	{ "be-nn-named", "The same where its name stands before it: any sequence (IBZ, IT 000)",
	  belgium_nn_named },
	{ "be-bis", "BIS number: month plus 20 or 40, modulo 97 (CBSS, royal decree 8 Feb 1991)",
	  belgium_bis },
	{ "be-nn-or-bis", "Belgian national register or BIS number (IBZ, IT 000; CBSS)",
	  belgium_nn_or_bis },
	{ "be-enterprise",
	  "Belgian enterprise number: modulo 97 (KBO/BCE, royal decree 24 June 2003)",
	  belgium_enterprise },
	{ "be-vat", "Belgian VAT number: enterprise number behind BE, BTW, TVA (VAT code, art. 50)",
	  belgium_vat },
	{ "be-establishment",
	  "Belgian establishment unit number: first digit 2-8, modulo 97 (KBO/BCE)",
	  belgium_establishment },
	{ "be-account", "Belgian account number 3-7-2 before IBAN: modulo 97 (Febelfin)",
	  belgium_account },
	{ "be-eid", "Belgian eID card number, 12 digits: modulo 97 (BOSA, eID specification)",
	  belgium_eid },
	{ "be-ogm", "Belgian structured payment reference: modulo 97 (Febelfin, OGM/VCS)",
	  belgium_ogm },
	{ "be-plate",
	  "Belgian licence plate since 1973: form, letters in use (royal decree 20 July 2001)",
	  belgium_plate },
	{ "be-pv", "Belgian police report number: district.offence.service.number/year (form)",
	  belgium_pv },
	{ "be-passport", "Belgian passport number: two letters, six digits (form; PRADO BEL-AO)",
	  belgium_passport },
	{ "be-driving-licence", "Belgian driving licence number: ten digits (form; PRADO BEL-FO)",
	  belgium_driving_licence },
	{ "eu-vat", "VAT number of another EU country: form; check digits of DE, FR, LU, NL (VIES)",
	  finance_eu_vat },
	{ "iban",
	  "IBAN: structure by country, modulo 97, check digits of BE, ES (ISO 13616, SWIFT "
	  "registry)",
	  finance_iban },
	{ "card", "Payment card: issuer range, length, Luhn (ISO/IEC 7812)", finance_card },
	{ "fr-nir", "French NIR: month, department, key modulo 97 (INSEE, decree 82-103)",
	  foreign_fr_nir },
	{ "nl-bsn", "Dutch BSN, 8 or 9 digits: eleven-test (RvIG)", foreign_nl_bsn },
	{ "de-tax-id",
	  "German tax identification number: one digit repeated, ISO 7064 MOD 11,10 (BZSt)",
	  foreign_de_tax_id },
	{ "lu-matricule",
	  "Luxembourg matricule: date, Luhn and Verhoeff digits (regulation 21 Dec 2013)",
	  foreign_lu_matricule },
	{ "es-dni", "Spanish DNI or NIE: letter by modulo 23 (royal decree 1553/2005)",
	  foreign_es_dni },
	{ "it-cf", "Italian codice fiscale: check character (decree 13814 of 23 Dec 1976)",
	  foreign_it_cf },
	{ "uk-nino", "UK National Insurance number: form, prefixes in use (HMRC NIM39110)",
	  foreign_uk_nino },
	{ "fi-hetu", "Finnish personal identity code: date, check character modulo 31 (DVV)",
	  foreign_fi_hetu },
	{ "pl-pesel", "Polish PESEL: date, weighted check digit (act of 24 Sept 2010)",
	  foreign_pl_pesel },
	{ "us-ssn", "US social security number: form, areas in use (SSA)", foreign_us_ssn },
	{ "phone",
	  "Telephone number: E.164, or national form of BE, NL, FR, DE, LU, UK, North America",
	  phone_any },
	{ "phone-be", "Belgian telephone number in national form, services excluded (BIPT plan)",
	  phone_be },
	{ "phone-intl", "Telephone number behind + or 00 and a country code (ITU-T E.164)",
	  phone_intl },
	{ "ipv4",
	  "IPv4 address, dotted quad; not 0.0.0.0, 127/8, 255.255.255.255 (RFC 791, RFC 1122)",
	  network_ipv4 },
	{ "ipv6", "IPv6 address; not ::, ::1, nor too short to be one (RFC 4291, RFC 4007)",
	  network_ipv6 },
	{ "ip", "IPv4 or IPv6 address, as ipv4 and ipv6", network_ip },
	{ "mac", "MAC address, EUI-48; not all zeros, not broadcast (IEEE 802)", network_mac },
	{ "date", "Date of birth: a day from 1900 until today (ISO 8601 calendar)", date_of_birth },
	{ "ecli", "European Case Law Identifier (Council conclusions 2011/C 127/01)", code_ecli },
	{ "imei", "IMEI, 15 digits: Luhn (3GPP TS 23.003)", code_imei },
	{ "luhn", "Eight digits or more with a Luhn check digit (ISO/IEC 7812-1)", code_luhn },
	{ "isbn", "ISBN-10 or ISBN-13: check digit (ISO 2108)", code_isbn },
	{ "ean", "EAN-8, UPC-A, EAN-13, GTIN-14: check digit (GS1)", code_ean },
	{ "uuid", "UUID: hexadecimal 8-4-4-4-12 (RFC 9562)", code_uuid },
	{ "version", "Software version: two to five dotted numbers (Semantic Versioning and kin)",
	  code_version },
};

const struct validator *validate_find(const char *name)
{
	for (size_t i = 0; i < sizeof(validators) / sizeof(validators[0]); i++) {
		if (strcmp(validators[i].name, name) == 0)
			return &validators[i];
	}
	return NULL;
}

const struct validator *validate_all(size_t *n_r)
{
	*n_r = sizeof(validators) / sizeof(validators[0]);
	return validators;
}

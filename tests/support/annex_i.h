/*
 * annex_i: a second transcription of Annex I, to hold conf/annex-i.conf against.
 *
 * Typed from the table row by row and never generated from the shipped file,
 * so that a slip in one of the two shows.  A cell is P permitted, C permitted
 * on a condition, N not permitted, B blank, in the order of the columns:
 * identification, navigation, video-surveillance, sanctions.
 */
#ifndef PURPOSED_TESTS_SUPPORT_ANNEX_I_H
#define PURPOSED_TESTS_SUPPORT_ANNEX_I_H

struct annex_row {
	unsigned row;
	const char *id;
	const char *cells;
};

struct annex_column {
	unsigned column;
	const char *id;
	const char *elements; /* with a space between */
};

static const struct annex_column annex_columns[] = {
	{ 1, "identification",
	  "email phone person_name username national_number bis_number iban card postal_address "
	  "plate passport eid_card driving_licence enterprise_number establishment_number "
	  "vat_number date_of_birth family foreign_id" },
	{ 2, "navigation",
	  "ipv4 ipv6 mac user_agent request_uri referer url session_id message_id queue_id imei" },
	{ 3, "video-surveillance", "camera_id recording_file" },
	{ 4, "sanctions", "pv_number ecli sanction sanction_file" },
};

static const struct annex_row annex_rows[] = {
	{ 1, "coordinate-cybersecurity-authorities", "PNNN" },
	{ 2, "national-cybersecurity-strategy", "PNNN" },
	{ 3, "nis2-supervision", "PPPP" },
	{ 4, "coordinate-public-private-science", "PNNN" },
	{ 5, "cybersecurity-standards", "PNNN" },
	{ 6, "cyber-crisis-management", "PPPN" },
	{ 7, "international-representation", "PNNN" },
	{ 8, "security-evaluation-certification", "PPNN" },
	{ 9, "user-awareness", "PPNN" },
	{ 10, "project-subsidies", "PNNP" },
	{ 11, "nis2-staff-training", "PNNN" },
	{ 12, "threat-monitoring", "PPNN" },
	{ 13, "early-warnings", "PPNN" },
	{ 14, "incident-response", "PPPN" },
	{ 15, "forensics-risk-analysis", "PPNN" },
	{ 16, "requested-vulnerability-scanning", "PPNN" },
	{ 17, "csirts-network", "PPNN" },
	{ 18, "coordinated-vulnerability-disclosure", "PPNN" },
	{ 19, "secure-information-sharing-tools", "PPNN" },
	{ 20, "public-vulnerability-scanning", "PPNN" },
	{ 21, "security-problem-analysis", "PPNN" },
	{ 22, "stakeholder-relations", "PNNN" },
	{ 23, "nis2-peer-reviews", "PNNN" },
	{ 24, "cybersecurity-improvement", "PPNN" },
	{ 25, "authority-information-exchange", "PNNN" },
	{ 26, "nis2-entity-cooperation", "PPNN" },
	{ 27, "nis2-authority-information-exchange", "PPNN" },
	{ 28, "service-continuity", "PNNN" },
	{ 29, "incident-notification", "PPNN" },
	{ 30, "nis2-inspection-and-fines", "PPPP" },
	{ 31, "online-offence-detection", "PPNN" },
	{ 32, "public-security-threats", "PPNN" },
	{ 33, "network-security-investigation", "PPNN" },
	{ 34, "significant-incident-disclosure", "PPNN" },
	{ 35, "eu-certificate-issuance", "PPNP" },
	{ 36, "eu-certificate-supervision", "PPNP" },
	{ 37, "csa-sanctions", "PNNP" },
	{ 38, "eu-certification-group", "PNNN" },
	{ 39, "government-cooperation", "PPNP" },
	{ 40, "national-coordination-centre", "PNNN" },
	{ 41, "national-contact-point", "PNNN" },
	{ 42, "competence-centre-expertise", "PNNN" },
	{ 43, "cross-border-participation", "PNNN" },
	{ 44, "project-application-support", "PNNN" },
	{ 45, "regional-synergies", "PNNN" },
	{ 46, "competence-centre-funded-actions", "PNNN" },
	{ 47, "education-programmes", "PNNN" },
	{ 48, "network-results-dissemination", "PNNN" },
	{ 49, "community-membership-assessment", "PNNN" },
	{ 50, "community-engagement", "PNNN" },

	{ 51, "data-subject-requests", "PPNN" },
	{ 52, "visitors-and-premises", "PPPN" },

	{ 53, "event-participation", "PNNN" },
	{ 54, "event-invitations-newsletters", "PNNN" },
	{ 55, "contact-and-support", "PPNN" },
	{ 56, "procurement-and-contracts", "PPNP" },
	{ 57, "website-registration", "PPNN" },
	{ 58, "staff-administration", "PPNP" },
	{ 59, "service-statistics", "PPBB" },

	{ 60, "website-management", "NPNN" },
	{ 61, "website-personalisation", "NPNN" },
	{ 62, "website-traffic-analysis", "NCNN" },
	{ 63, "phishing-site-takedown", "PPNN" },
};

/* The condition of row 62, column 2. */
static const char annex_condition_kind[] = "web-traffic-log";
static const char annex_condition_nl[] = "Logbestanden betreffende het webverkeer";
static const char annex_condition_en[] = "Log files concerning web traffic";

/* What row 59 covers of column 2, in the Annex's words, and of the element map. */
static const char *const annex_enumerated_nl[] = {
	"gebruikte zoekmachine",
	"gebruikte trefwoorden",
	"de website waarlangs u gekomen bent",
	"geraadpleegde pagina’s",
	"raadplegingsduur per pagina",
	"lijst van gedownloade bestanden",
	"datum en tijdstip van toegang",
	"gebruikte browser",
	"platform en/of besturingssysteem dat op uw computer is geïnstalleerd",
};
static const char *const annex_enumerated_en[] = {
	"search engine used",
	"keywords used",
	"referring website",
	"pages viewed",
	"time spent per page",
	"list of downloaded files",
	"date and time of access",
	"browser used",
	"platform and/or operating system installed on the computer",
};
static const char annex_enumerated_elements[] = "request_uri url referer user_agent";

#endif

"""The registry's codes in words for a person; a code that is not known here is shown as it is."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

PREDICATES = {"WBK": _("Menuju WBK"), "WBBM": _("Menuju WBBM")}
PREDICATES_IN_FULL = {
    "WBK": _("Menuju Wilayah Bebas dari Korupsi"),
    "WBBM": _("Menuju Wilayah Birokrasi Bersih dan Melayani"),
}
STATUSES = {"active": _("Berlaku"), "revoked": _("Dicabut")}
ENTRIES = {"designated": _("Entri penetapan"), "revoked": _("Entri pencabutan")}
AREAS = {
    "MP": _("Manajemen Perubahan"),
    "TL": _("Penataan Tatalaksana"),
    "SDM": _("Sistem Manajemen SDM"),
    "AK": _("Penguatan Akuntabilitas"),
    "PW": _("Penguatan Pengawasan"),
    "PP": _("Kualitas Pelayanan Publik"),
}
GATES = {
    "total": _("Nilai total"),
    "pengungkit": _("Komponen pengungkit"),
    "birokrasi_bersih": _("Birokrasi yang bersih dan akuntabel"),
    "ipak": _("Indeks persepsi anti korupsi (IPAK)"),
    "kinerja": _("Capaian kinerja lebih baik"),
    "ipkp": _("Indeks persepsi kualitas pelayanan (IPKP)"),
    **{f"area_{code}": name for code, name in AREAS.items()},
}
KINDS = {
    "ministry": _("Kementerian"),
    "agency": _("Lembaga"),
    "province": _("Pemerintah provinsi"),
    "regency": _("Pemerintah kabupaten"),
    "city": _("Pemerintah kota"),
    "other": _("Instansi lain"),
}
FIELDS = {
    "health": _("Kesehatan"),
    "education": _("Pendidikan"),
    "justice": _("Peradilan dan hukum"),
    "population": _("Kependudukan"),
    "taxation": _("Perpajakan"),
    "licensing": _("Perizinan"),
    "employment": _("Ketenagakerjaan"),
}


def unit_of_measure(gate: str) -> str:
    """Area gates are measured in percent of what the area can reach, all others in points."""
    return "%" if gate.startswith("area_") else ""

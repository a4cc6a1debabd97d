"""Names of months in forty languages, as the Unicode CLDR has them (release 47).

Wide and abbreviated forms, case-folded. Left out are names that mean different months in two
languages: lip, lis, listopad, listopada, srp.
"""

_NAMES = (
    # 1
    (
        "ene enero gen gener gennaio ian ianuarie jaan jaanuar jan janeiro januar januari "
        "januarie january január januára janv janvier janvāris janúar jän jänner led leden ledna "
        "oca ocak saus sausio sausis sij siječanj siječnja sty styczeń stycznia tammi tammikuu "
        "tammikuuta urt urtarrila xan xaneiro ιαν ιανουάριοσ ιανουαρίου сту студзень студзеня січ "
        "січень січня янв январь января яну януари јан јануар ינואר ינו׳ يناير ژانویه जनवरी जन॰ "
        "ม.ค มกราคม"
    ),
    # 2
    (
        "feb febbraio feber febr febreiro febrer febrero februar februari februarie february "
        "február februára februāris febrúar fev fevereiro fév févr février helmi helmikuu "
        "helmikuuta lut lutego luty ots otsaila vas vasario vasaris veebr veebruar velj veljača "
        "veljače úno únor února şub şubat φεβ φεβρουάριοσ φεβρουαρίου лют лютага лютий лютого "
        "люты феб фебруар фев февр февраль февраля февруари פברואר פבר׳ فبراير فوریه फ़रवरी फ़र॰ "
        "ก.พ กุมภาพันธ์"
    ),
    # 3
    (
        "bře březen března kov kovas kovo maalis maaliskuu maaliskuuta maart maerz mar marca "
        "march marec maret mars mart martie marts martxoa marzec marzo març março mrt márc "
        "március mär märts märz ožu ožujak ožujka μάρ μάρτιοσ μαρ μαρτίου бер березень березня "
        "мар март марта сак сакавік сакавіка מרץ مارس मार्च มี.ค มีนาคม"
    ),
    # 4
    (
        "abr abril api apirila apr april aprile aprilie aprill apríl apríla aprīlis avr avril bal "
        "balandis balandžio dub duben dubna huhti huhtikuu huhtikuuta kwi kwiecień kwietnia nis "
        "nisan tra travanj travnja ápr április απρ απρίλιοσ απριλίου апр апрель апреля април квіт "
        "квітень квітня кра красавік красавіка אפריל אפר׳ آوریل أبريل अप्रैल เม.ย เมษายน"
    ),
    # 5
    (
        "geg gegužė gegužės kvě květen května mag maggio mai maiatza maig maijs maio maj maja may "
        "mayo mayıs maí mei máj mája május svi svibanj svibnja touko toukokuu toukokuuta μάι "
        "μάιοσ μαΐ μαΐου май мая мај трав травень травня מאי مايو مه मई พ.ค พฤษภาคม"
    ),
    # 6
    (
        "birž birželio birželis cze czerwca czerwiec eka ekaina giu giugno haz haziran iun iunie "
        "juin jun june junho juni junie junij junio juny juuni jún júna június júní jūn jūnijs "
        "kesä kesäkuu kesäkuuta lipanj lipnja xuño červen června čvn ιουν ιουνίου ιούν ιούνιοσ "
        "июн июнь июня черв червень червня чэр чэрвень чэрвеня юни јун יוני يونيو ژوئن जून มิ.ย "
        "มิถุนายน"
    ),
    # 7
    (
        "heinä heinäkuu heinäkuuta iul iulie juil juill juillet jul julho juli julie julij julio "
        "juliol july juuli júl júla július júlí jūl jūlijs liep liepa liepos lipca lipiec lug "
        "luglio srpanj srpnja tem temmuz uzt uztaila xul xullo července červenec čvc ιουλ ιουλίου "
        "ιούλ ιούλιοσ июл июль июля лип липень липня ліп ліпень ліпеня юли јул יולי يوليو ژوئیه "
        "जुलाई जुल॰ ก.ค กรกฎาคม"
    ),
    # 8
    (
        "abu abuztua ag ago agost agosto agu agustus août aug august augusta augusti augusts "
        "augustus augusztus avg avgust ağu ağustos elo elokuu elokuuta kol kolovoz kolovoza rugp "
        "rugpjūtis rugpjūčio sie sierpień sierpnia srpen srpna ágú ágúst αυγ αυγούστου αύγ "
        "αύγουστοσ авг август августа жні жнівень жніўня серп серпень серпня אוגוסט אוג׳ أغسطس "
        "اوت अगस्त अग॰ ส.ค สิงหาคม"
    ),
    # 9
    (
        "eyl eylül ira iraila rugs rugsėjis rugsėjo ruj rujan rujna sep sept september septembra "
        "septembre septembrie septembris septiembre set setembre setembro setiembre settembre "
        "syys syyskuu syyskuuta szept szeptember wrz wrzesień września zář září σεπ σεπτέμβριοσ "
        "σεπτεμβρίου вер верасень верасня вересень вересня сент сентябрь сентября сеп септембар "
        "септември ספטמבר ספט׳ سبتمبر سپتامبر सितंबर सित॰ ก.ย กันยายน"
    ),
    # 10
    (
        "eki ekim loka lokakuu lokakuuta oct october octobre octombrie octubre okt oktober "
        "oktobris oktoober október októbra ott ottobre out outubro paź październik października "
        "spal spalio spalis urr urria říj říjen října οκτ οκτωβρίου οκτώβριοσ жовт жовтень жовтня "
        "кас кастрычнік кастрычніка окт октобар октомври октябрь октября אוקטובר אוק׳ أكتوبر "
        "اکتبر अक्टूबर अक्टू॰ ต.ค ตุลาคม"
    ),
    # 11
    (
        "aza azaroa kas kasım lapkr lapkritis lapkričio listopadu marras marraskuu marraskuuta "
        "noiembrie nov november novembra novembre novembris novembro noviembre nóv nóvember stu "
        "studeni studenoga νοέ νοέμβριοσ νοε νοεμβρίου лист листопад листопада ліс лістапад "
        "лістапада нов новембар ное ноември нояб ноябрь ноября נובמבר נוב׳ نوامبر نوفمبر नवंबर "
        "नव॰ พ.ย พฤศจิกายน"
    ),
    # 12
    (
        "abe abendua ara aralık dec december decembra decembrie decembris decembro des desember "
        "desembre dets detsember dez dezember dezembro dic dicembre diciembre déc décembre gru "
        "grudnia grudzień gruod gruodis gruodžio joulu joulukuu joulukuuta pro prosinac prosinca "
        "prosince prosinec δεκ δεκέμβριοσ δεκεμβρίου груд грудень грудня дек декабрь декабря "
        "декември дец децембар сне снежань снежня דצמבר דצמ׳ دسامبر ديسمبر दिसंबर दिस॰ ธ.ค "
        "ธันวาคม"
    ),
)

MONTHS: dict[str, int] = {
    name: month for month, names in enumerate(_NAMES, 1) for name in names.split()
}
"""Case-folded name → 1 to 12."""

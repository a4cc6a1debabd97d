"""Eight topics in six languages: notes that should be near by what they say, not by how."""

TOPICS = {
    "bread": {
        "en": "Knead the dough, let it rise for an hour, then bake the loaf until it is brown.",
        "de": "Den Teig kneten, eine Stunde gehen lassen und das Brot backen, bis es braun ist.",
        "fr": "Pétrir la pâte, la laisser lever une heure, cuire le pain pour qu'il dore.",
        "ja": "生地をこねて一時間発酵させ、焼き色がつくまでパンを焼きます。",
        "ru": "Замесить тесто, дать ему подняться час и печь хлеб до румяной корочки.",
        "ar": "اعجن العجين واتركه يختمر ساعة ثم اخبز الخبز حتى يصبح بنيا.",
    },
    "bicycle": {
        "en": "The rear tyre of my bicycle is flat: take off the wheel and patch the inner tube.",
        "de": "Der Hinterreifen meines Fahrrads ist platt: Rad ausbauen und den Schlauch flicken.",
        "fr": "Le pneu arrière de mon vélo est crevé : démonter la roue, réparer la chambre à air.",
        "ja": "自転車の後輪がパンクしたので、車輪を外してチューブを修理する。",
        "ru": "Заднее колесо велосипеда спустило: снять колесо и заклеить камеру.",
        "ar": "إطار دراجتي الخلفي مثقوب: فك العجلة وأصلح الأنبوب الداخلي.",
    },
    "taxes": {
        "en": "The tax return is due in May; collect receipts and enter last year's income.",
        "de": "Die Steuererklärung ist im Mai fällig; Belege sammeln und Einkommen eintragen.",
        "fr": "La déclaration d'impôts est à rendre en mai ; réunir reçus et revenus.",
        "ja": "確定申告は五月が期限です。領収書を集めて昨年の収入を記入する。",
        "ru": "Налоговую декларацию надо сдать в мае; собрать чеки и указать доходы за год.",
        "ar": "موعد الإقرار الضريبي في مايو؛ اجمع الإيصالات وسجل دخل العام الماضي.",
    },
    "stars": {
        "en": "Through the telescope we saw the rings of Saturn and four moons of Jupiter.",
        "de": "Durch das Teleskop sahen wir die Ringe des Saturn und vier Monde des Jupiter.",
        "fr": "Au télescope nous avons vu les anneaux de Saturne et quatre lunes de Jupiter.",
        "ja": "望遠鏡で土星の環と木星の四つの衛星を見ました。",
        "ru": "В телескоп мы видели кольца Сатурна и четыре спутника Юпитера.",
        "ar": "رأينا بالتلسكوب حلقات زحل وأربعة أقمار للمشتري.",
    },
    "garden": {
        "en": "Plant the tomatoes after the last frost and water them in the evening.",
        "de": "Die Tomaten nach dem letzten Frost pflanzen und abends gießen.",
        "fr": "Planter les tomates après les dernières gelées et les arroser le soir.",
        "ja": "最後の霜が降りた後にトマトを植え、夕方に水をやる。",
        "ru": "Посадить помидоры после последних заморозков и поливать вечером.",
        "ar": "ازرع الطماطم بعد آخر صقيع واسقها في المساء.",
    },
    "doctor": {
        "en": "The doctor says my blood pressure is too high: less salt, a tablet each morning.",
        "de": "Der Arzt sagt, mein Blutdruck sei zu hoch: weniger Salz, morgens eine Tablette.",
        "fr": "Le médecin dit que ma tension est trop haute : moins de sel, un comprimé le matin.",
        "ja": "医者に血圧が高すぎると言われた。塩分を減らし毎朝薬を飲む。",
        "ru": "Врач говорит, что давление слишком высокое: меньше соли и таблетка каждое утро.",
        "ar": "يقول الطبيب إن ضغط دمي مرتفع جدا: قلل الملح وخذ قرصا كل صباح.",
    },
    "trains": {
        "en": "The night train to Vienna leaves from platform nine and arrives at breakfast time.",
        "de": "Der Nachtzug nach Wien fährt von Gleis neun und kommt zum Frühstück an.",
        "fr": "Le train de nuit pour Vienne part du quai neuf et arrive au petit déjeuner.",
        "ja": "ウィーン行きの夜行列車は九番線から出発し、朝食の時間に着く。",
        "ru": "Ночной поезд в Вену отправляется с девятого пути и прибывает к завтраку.",
        "ar": "يغادر قطار الليل إلى فيينا من الرصيف التاسع ويصل وقت الإفطار.",
    },
    "guitar": {
        "en": "Practise the chords slowly with a metronome and tune the guitar strings first.",
        "de": "Die Akkorde langsam mit dem Metronom üben und vorher die Gitarre stimmen.",
        "fr": "Travailler les accords lentement au métronome et d'abord accorder la guitare.",
        "ja": "まずギターの弦を調弦し、メトロノームに合わせてゆっくり和音を練習する。",
        "ru": "Сначала настроить струны гитары, затем медленно учить аккорды с метрономом.",
        "ar": "اضبط أوتار الغيتار أولا ثم تدرب على النغمات ببطء مع المسرع.",
    },
}


def notes() -> list[tuple[str, str, str]]:
    """Topic, language and text of each, 48 in all."""
    return [(topic, one, text) for topic, of in TOPICS.items() for one, text in of.items()]

"""The people of the day (架空の人物) and what caseworkers write about them. All fictional; rare characters on purpose.

髙 (U+9AD9) and 𠮷 (U+20BB7, outside the basic plane) stand in names, 辻󠄀 and 邉󠄂 with a variation selector (異体字セレクタ).
"""

from __future__ import annotations

from contracts.shared import DataCategory, PersonalItem

MOTHER = "髙橋 キヨ"
SON = "髙橋 𠮷彦"
NEIGHBOUR = "辻\U000e0100村 和夫"
WIFE = "渡邉\U000e0102 美咲"
CALLER = "𠮷岡 蓮"

SIGNAL_8050 = (
    "隣家の八十二歳の女性が、先月から回覧板を受け取りに出てこない。同居の五十歳くらいの息子さんは二十年ほど外で見かけない。"
    "新聞が三日分たまっている。"
)
WISH_MOTHER = "足が弱って買い物がつらい。自分が倒れたら息子はどうなるのか、それだけが心配。息子を責めないでほしい。"
SIGNAL_SON = "五十歳男性、約二十年自室で過ごす。高齢の母が身の回りのことをしてきた。民生委員と近隣の二か所から同じ話が入っている。"
FIRST_CONTACT = "三回目の訪問で、ふすま越しに五分ほど話せた。「母のことは頼みたい。自分のことは誰にも言わないでほしい」とはっきり言われた。"
SIGNAL_MEETING = (
    "学校から、四年生の児童が三週間登校していないとの報告。家庭訪問をしても応答がなく、保護者の体調も心配。"
    "本人・保護者の同意を得る見通しが立たない。"
)
SIGNAL_WIFE = "夫から離れて町内に移った母子。所在を夫側に知られることを強く恐れている。"
ADDRESS_WIFE = "つなぐ町桜𠮷台三丁目七番地　みどり荘二〇三"
PLACE_NIGHT = "つなぐ町髙瀬川　新橋の北詰、河川敷の側"
RISK_NIGHT = "二十三時四十分、電話で「もう終わりにする。橋の上にいる」と話し、泣きながら切れた。かけ直しても出ない。"


def item(person: str, category: DataCategory, code: str, text: str) -> PersonalItem:
    """One fact about one person, as a desk writes it."""
    return PersonalItem(person=person, category=category, code=code, text=text)


def intake_items(mother: str, son: str) -> tuple[PersonalItem, ...]:
    """What the elder centre noted of the 8050 household (相談受付票)."""
    return (
        item(mother, DataCategory.HEALTH, "care_level", "要介護一の認定あり。変形性膝関節症。薬の飲み忘れが増えている。"),
        item(mother, DataCategory.ECONOMIC, "income", "老齢年金が月七万円ほど。貯えを取り崩して二人で暮らしている。"),
        item(mother, DataCategory.HOUSEHOLD, "members", "長男と二人暮らし。夫は平成二十六年に他界。"),
        item(son, DataCategory.HEALTH, "condition", "昼夜逆転。受診歴は不明。母の話では、眠れない日が続いている。"),
        item(son, DataCategory.ECONOMIC, "income", "収入なし。国民年金は未納が続いている。"),
        item(son, DataCategory.HOUSEHOLD, "role", "家事は母に頼っている。来客があると自室から出ない。"),
    )


def referral_items(mother: str, son: str) -> tuple[PersonalItem, ...]:
    """What the elder centre would like the coordinator to know (つなぐシート)."""
    return (
        item(mother, DataCategory.ECONOMIC, "income", "老齢年金が月七万円ほど。固定資産税の督促状が二通あった。"),
        item(mother, DataCategory.HEALTH, "care_level", "要介護一。膝の痛みで外出が難しい。"),
        item(son, DataCategory.LIFE_HISTORY, "history", "高校卒業後に勤めた会社を三年で辞め、以後は自宅で過ごしている。"),
        item(son, DataCategory.HEALTH, "condition", "昼夜逆転。受診の勧めには応じていない。"),
    )


def plan_items(mother: str) -> tuple[PersonalItem, ...]:
    """The household's plan, as far as it is about the mother (プラン兼利用申込書)."""
    return (
        item(mother, DataCategory.ECONOMIC, "budget", "家計の見直しを月一回。税の分納を窓口と相談する。"),
        item(mother, DataCategory.WELFARE_USE, "services", "訪問介護を週二回、配食を週三回から始める。"),
        item(mother, DataCategory.HEALTH, "rehabilitation", "主治医の意見を聞き、通所リハビリの利用を検討する。"),
    )

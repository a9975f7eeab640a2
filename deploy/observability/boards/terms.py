"""Terms (ことば): Japanese names of the codes that series carry, as staff read them."""

from __future__ import annotations

OUTCOMES = {"PERMIT": "提供", "REDACT": "一部を伏せて提供", "HOLD": "保留", "DENY": "提供しない"}
SEVERITIES = {"page": ("すぐに対応", "red"), "ticket": ("翌営業日までに対応", "orange"), "none": ("知らせだけ", "text")}
PHASES = {"0": ("なし", "text"), "1": ("読み込み", "blue"), "2": ("索引づくり", "blue"), "3": ("追いつき", "blue"), "4": ("照合", "blue"), "5": ("切替を待つ", "green")}
"""Of a rebuild, numbered as in docs/rebuild.md."""
ROLES = {
    "CASEWORKER": "支援員", "MUNICIPALITY": "市町村", "PREFECTURE": "都道府県", "PRIVACY_DESK": "開示請求の窓口", "AUDITOR": "監査人", "OPERATOR": "運用担当",
}
STAGES = {"REQUESTED": "求められ、決定を待つ", "GRANTED": "認めた（鍵の廃棄はまだ）"}
"""Of a request to stop use or erase (利用停止・消去)."""
REJECTED = {"bytes": "読めない形", "identity": "送り手の違い", "size": "大きすぎる", "rule": "決まりに合わない", "clock": "時刻の違い"}
_ALERTS = {
    "LagSeconds": "処理が遅れている",
    "ConsumerStuck": "一部の区画が進まない",
    "ObserverIdle": "外からの見張りが見ていない",
    "WorkerAbsent": "部品が動いていない",
    "Watchdog": "警報の経路の合図",
    "HeldAgeing": "保留が長い",
    "DenialSpike": "提供しない判定が急に増えた",
    "DenialFlat": "関門が判定していない",
    "DecisionP99": "関門の判定が遅い",
    "DecisionBudgetBurn": "判定の約束の余裕が減っている",
    "StopNoticeLate": "停止の通知が遅れた",
    "StopNoticeBudgetBurn": "停止の通知の約束の余裕が減っている",
    "ErasureBacklog": "消去の求めの期限",
    "DeadLetters": "読めない記録",
    "RejectedInput": "受け付けられない連絡",
    "IdentityMismatch": "名乗りと送り手の食い違い",
    "ChainFailure": "記録のつじつまが合わない",
    "ChainVerifierIdle": "記録の検証が終わっていない",
    "ProjectionStale": "画面と帳票が古い",
    "BrokerDown": "連絡の基盤に届かない",
    "DatabaseDown": "データベースに届かない",
    "DiskLow": "ディスクの空きが少ない",
    "UnderReplicated": "記録の写しが足りない",
    "CertExpiry": "証明書の期限が近い",
    "ProjectionUnfed": "画面と帳票の一部が更新されていない",
    "DiskFillsUp": "保存領域が残り少ない",
    "MirrorStale": "県への写しが追いついていない",
}
ALERTS = {code: (f"{name}（{code}）", "text") for code, name in _ALERTS.items()}
"""Of alerts; the code stays beside it, as the runbook is found by it."""
REASONS = {
    "NONE": "理由なし",
    "NO_CONSENT": "同意がまだない",
    "PERSON_REFUSED": "本人が断った",
    "CONSENT_WITHDRAWN": "同意の撤回",
    "CONSENT_EXPIRED": "同意の期間が終わった",
    "CONSENT_NOT_YET": "同意の期間の前",
    "CONSENT_PAUSED": "同意の一時停止",
    "CONSENT_UNCONFIRMED": "同意の確認待ち",
    "CONSENT_LAPSED": "同意が確認されなかった",
    "CONSENT_INVALIDATED": "同意が無効",
    "PURPOSE_NOT_CONSENTED": "同意した目的でない",
    "RECIPIENT_NOT_NAMED": "同意した提供先でない",
    "CATEGORY_NOT_CONSENTED": "同意した区分でない",
    "NO_BASIS": "提供の根拠がない",
    "ESSENTIAL_WITHHELD": "欠かせない項目を渡せない",
    "HOLD_EXPIRED": "保留の期限切れ",
    "ARRIVED_BEFORE": "すでに届いた",
    "PROTECTED": "支援措置",
    "SEGMENT_UNKNOWN": "会議の区分がない",
    "SEGMENT_CLOSED": "会議の区分が閉じた",
    "SEGMENT_NOT_STATUTORY": "法定の会議でない",
    "CONVENER_KIND": "招集できない機関",
    "NOT_LISTED": "構成員でない",
    "NOT_ASKED": "会議で求めていない項目",
    "NO_EMERGENCY_RIGHT": "緊急提供の権限がない",
    "RECIPIENT_KIND": "提供できる相手でない",
    "OVER_CEILING": "必要最小限を超える",
    "TYPE_NOT_COVERED": "根拠に合わない種別",
    "BASIS_NOT_AVAILABLE": "根拠の条件がない",
    "RECIPIENT_UNKNOWN": "提供先の登録がない",
    "POLICY_UNKNOWN": "規則集が不明",
    "NOT_A_PARTY": "事例に関わっていない",
    "PERSON_NAMED": "個人に関わる内容",
    "SUBJECT_DIED": "亡くなった方",
    "OTHER_DATES": "同意した時期でない",
    "USED_UP": "同意の回数を使い終えた",
    "EXCLUDED": "本人が除いた",
    "UNMAPPED": "一覧にない区分",
    "UNLABELLED": "誰の情報か示されない",
    "PURPOSE_MISSING": "目的が示されない",
    "SENDER_KIND": "提供できる機関でない",
    "PURPOSE_NOT_COVERED": "根拠に合わない目的",
    "NO_CONTRACT": "委託の間柄でない",
    "CONTRACT_NOT_RUNNING": "委託の期間でない",
    "DANGER_NOT_STATED": "危険の内容がない",
    "MINOR_NOT_NOTED": "未成年と記録されていない",
    "ACCESS_NOT_GRANTED": "開示の決定がない",
    "THIRD_PARTY": "第三者の情報",
    "KEPT_BY_DECISION": "不開示の決定",
    "REPORTER_SECRET": "通報者の秘密",
    "USE_STOPPED": "利用停止",
    "RECIPIENT_ENDED": "提供先の登録終了",
    "SENDER_ENDED": "送信元の登録終了",
    "NOT_THE_DESK": "窓口でない",
    "OTHER_MUNICIPALITY": "町の外への提供",
}
"""Of the gate, short; the whole sentences are the gate's own."""

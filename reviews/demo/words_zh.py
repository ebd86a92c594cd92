"""The demo in Simplified Chinese."""

from __future__ import annotations

from reviews.demo.words import (
    BottleneckWords,
    GoalWords,
    LeadWords,
    MetricWords,
    PlanWords,
    QuestionWords,
    ReviewWords,
    StrategyWords,
    TaskWords,
    Words,
)

QUARTER = PlanWords(
    name=lambda start: "2023 年三季度 · 销售额 +25%",
    problems={
        "sales": "A 区销售占比下滑 15%，竞品在当地降价抢单",
        "conversion": "新人跟进不及时，首次响应超过 24 小时",
        "repurchase": "成交后没有二次触达，也没有会员体系",
        "acquisition": "广告关键词不够精准，点击率不到 2%",
    },
    bottlenecks={
        "late_reply": BottleneckWords(
            "新人响应线索太慢", "首次响应", "6 月 CRM 记录：新人首次响应超过 24 小时，老员工平均 6 小时。"
        ),
        "no_second_sale": BottleneckWords(
            "老客缺少再次下单的理由", "成交后维护", "客户运营反馈：交付之后没有安排回访，也没有会员权益。"
        ),
        "price_cut": BottleneckWords(
            "竞品在 A 区低价抢客户", "报价", "4 月以来，A 区丢单多数提到竞品价格更低。"
        ),
    },
    goals={
        "core": GoalWords(
            "三季度销售额 +25%",
            "元",
        ),
        "growth": GoalWords(
            "新客户数 +30%",
            "个新客户",
            (("优化广告关键词（市场专员配合）", None), ("转介绍奖励（每成功推荐一位奖励 200 元）", None)),
        ),
        "existing": GoalWords(
            "老客复购率提升至 20%",
            "",
            (("上线会员积分（技术部开发）", "points"), ("每月会员专享活动（设计部出物料）", None)),
        ),
        "structure": GoalWords(
            "A 产品线占销售额 50%",
            "",
            (("A 产品专项培训（产品经理主讲）", None), ("阶梯奖励（卖出 10 万元奖 1 万元）", None)),
        ),
    },
    strategies={
        "procedure": StrategyWords(
            "优化客户跟进流程",
            "提升转化率",
            "统一线索跟进流程：2 小时内首次响应，关键节点有话术。",
            "销售主管收集一线反馈",
            "无",
        ),
        "points": StrategyWords(
            "会员积分体系",
            "提升复购率",
            "每单积分，下次下单可抵用。",
            "预算 2 万元（财务审批）",
            "技术部人手紧张，可能延期",
        ),
    },
    tasks={
        "pain_points": TaskWords(
            "梳理现有跟进流程的痛点",
            "输出问题清单，写明所在环节并附实例",
            ("已访谈全部销售、抽查 40 条线索，清单已交销售主管",),
        ),
        "write": TaskWords("编写新的跟进流程", "每个节点都有话术和对应工具", ("痛点已梳理",)),
        "survey": TaskWords(
            "调研客户对会员权益的需求", "回收问卷不少于 50 份，形成一页结论", ("调研待启动",)
        ),
        "build": TaskWords("开发积分功能", "20 笔测试订单的积分发放与抵扣全部正确"),
        "launch": TaskWords("上线并运营积分", "通知到全部老客，首周入会 100 人"),
    },
    reviews={
        "july": ReviewWords(
            effect=("客户转化率 8% → 9%（目标 12%，未达成）", "新客户数增加 20 个（目标 150 个）"),
            worked=("转介绍单客成本 300 元，低于线上广告", "试点小组按新流程跟进，速度提升 15%"),
            improve=("广告关键词不够精准（点击率 1.5%，目标 3%）", "2 名新人未通过流程考核"),
            adjustments=("调整关键词（市场专员，7 月 20 日前）", "新人一对一辅导（销售经理）"),
        ),
    },
    company_goal="公司年度目标：区域销售额增长 25%",
    pools={"training": "培训"},
)


PUSH = PlanWords(
    name=lambda start: f"销售冲刺 · {start.year} 年 {start.month} 月",
    problems={
        "sales": "A 区销售停滞；B 区在增长，但客户基数还小",
        "conversion": "午休和 18 点以后进来的线索，要等半天才有人跟进",
        "repurchase": "活跃客户里只有三分之一加入了积分会员",
        "acquisition": "两个广告组花掉三分之一预算，只带来一成新客",
    },
    bottlenecks={
        "slow_at_noon": BottleneckWords(
            "午休和晚间线索无人响应", "首次响应", "近三个月 CRM 记录：41% 的线索集中在这两个时段。"
        ),
        "few_members": BottleneckWords(
            "会员覆盖率太低", "成交后维护", "客户运营反馈：五次交付回访里只有一次提到积分。"
        ),
        "no_channel": BottleneckWords(
            "B 区没有渠道伙伴", "获取线索", "B 区线索全靠销售自己找；已有三家渠道来问合作条件。"
        ),
        "reports": BottleneckWords(
            "日报只写做了什么，不写卡在哪里", "日常执行", "销售经理翻看两周日报：60 份里只有 4 份写了问题。"
        ),
    },
    goals={
        "core": GoalWords(
            "月销售额做到 100 万元",
            "元",
        ),
        "growth": GoalWords(
            "每月多拿 18 个新客户",
            "个新客户",
            (("每个时段都有人响应线索", "reply"), ("试合作两家渠道", "partners")),
        ),
        "existing": GoalWords(
            "老客复购率提升至 20%",
            "",
            (("各区域全面上线积分", "members"), ("每月一次会员专享活动", "members")),
        ),
        "line_a": GoalWords(
            "A 产品线占销售额 50%",
            "",
            (("A 产品专项培训", None), ("每份报价都带上 A 产品", None)),
        ),
        "cost": GoalWords(
            "获客成本降到 400 元",
            "元/个",
            (("砍掉不出单的关键词", "keywords"), ("上线两版新落地页", "keywords")),
        ),
    },
    strategies={
        "reply": StrategyWords(
            "全天 2 小时内首次响应",
            "提升转化率",
            "午休和晚间排班，CRM 自动提醒。",
            "CRM 管理员每周支持半天",
            "外勤销售不一定能及时回复",
        ),
        "members": StrategyWords(
            "积分推广到所有区域",
            "提升复购率",
            "分区域上线积分，每月一次会员专享活动。",
            "预算 1.5 万元；设计部出物料",
            "活动力度大会压缩毛利",
        ),
        "keywords": StrategyWords(
            "精准投放搜索广告",
            "降低获客成本",
            "预算集中到能成交的关键词和对应的落地页。",
            "沿用现有广告预算",
            "竞品可能抬高优质关键词出价",
        ),
        "bundles": StrategyWords(
            "A、B 产品组合套餐",
            "提升客单价",
            "常搭配使用的产品打包定价。等新价目表出来再启动，先暂停。",
            "财务提供价目表",
            "依赖新价格",
        ),
        "partners": StrategyWords(
            "B 区渠道合作",
            "拓展新客户",
            "先试合作一个月，再选定两家按佣金合作。",
            "佣金 5%",
            "周期长，本期未必见效",
        ),
    },
    tasks={
        "roster": TaskWords(
            "排出午休和晚间值班表",
            "9 点到 21 点每个小时都有人负责",
            ("已排好半周", "值班表已确认并公布"),
        ),
        "reminders": TaskWords(
            "把跟进话术配置成 CRM 提醒",
            "新线索 2 小时内必有提醒",
            ("网站线索的提醒已上线", "电话线索还没接上"),
            "等电话系统权限等了一周",
        ),
        "times": TaskWords("核查每位销售的响应时长", "按人列出，在销售例会上通报", ("12 人已查 6 人",)),
        "region_launch": TaskWords("A 区上线积分", "两周内入会 100 人", ("两周入会 128 人",)),
        "first_offer": TaskWords("发出首次会员专享活动", "全部会员收到，统计回复"),
        "interviews": TaskWords("回访 10 位流失客户", "10 份记录，归纳三大流失原因"),
        "clean_up": TaskWords(
            "清理不出单的关键词",
            "花费超过 500 元的关键词都有新客成交",
            ("140 个关键词已清理 62 个", "清理完成，点击率升到 2.4%"),
        ),
        "landing": TaskWords("测试两版新落地页", "每版至少 300 次访问，保留效果好的", ("第一版已上线",)),
        "banners": TaskWords(
            "B 区横幅广告投放",
            "拿到 200 条线索，单条成本低于 60 元",
            ("两家网站已报价",),
            "报价太高，预算转给落地页",
        ),
        "bundle_list": TaskWords(
            "整理客户常一起买的产品", "列出 5 个组合及近一年订单数", ("已整理 3 个组合",)
        ),
        "bundle_training": TaskWords("套餐销售培训", "全员通过小测验"),
    },
    company_goal="公司年度目标：年底前区域月销售额达到 100 万元",
    answer="一半区域本月才上线积分，一个月做不到提升 4 个百分点。",
    leads={
        "reply": LeadWords("2 小时内响应的线索", "条"),
        "members": LeadWords("邀请入会的客户", "位"),
    },
    questions={
        "members": QuestionWords("下次会员活动的物料由谁来做？", "设计部"),
        "partners": QuestionWords("佣金比例最高可以给到多少？", "财务部"),
    },
    pools={
        "training": "培训",
        "marketing": "市场推广",
        "people": "团队人力",
        "coaching": "辅导课时",
    },
    spendings={
        "reply": "晚班电话话术培训",
        "members": "首批 128 位会员的积分",
        "keywords": "已投放的搜索广告",
    },
)


CHINESE = Words(
    team="华东销售部",
    language="zh-hans",
    source="CRM 系统",
    cast={
        "manager": ("陈静", "销售经理"),
        "lead": ("周毅", "销售主管"),
        "operations": ("林悦", "客户运营"),
        "marketing": ("徐然", "市场专员"),
        "trainer": ("何敏", "培训专员"),
        "product": ("唐浩", "产品经理"),
        "executive": ("沈国华", "高管"),
    },
    segments={"region_a": "A 区", "region_b": "B 区", "line_a": "A 产品线", "line_b": "B 产品线"},
    metrics={
        "sales": MetricWords("销售总额", "元", "当月开票销售额，不含税和退货。"),
        "orders": MetricWords("订单量", "单", "当月确认的订单数。"),
        "leads": MetricWords("线索数", "条", "当月非老客的咨询数。"),
        "new_customers": MetricWords("新客户数", "个", "当月首次下单的客户数。"),
        "returning": MetricWords("复购客户数", "个", "当月再次下单的活跃客户数。"),
        "active": MetricWords("活跃客户数", "个", "近十二个月下过单的客户数。"),
        "spend": MetricWords("广告费用", "元", "当月线上广告花费。"),
        "conversion": MetricWords("客户转化率", "", "新客户数 ÷ 线索数。"),
        "repurchase": MetricWords("老客复购率", "", "复购客户数 ÷ 活跃客户数。"),
        "order_value": MetricWords("客单价", "元", "销售总额 ÷ 订单量。"),
        "acquisition": MetricWords("新客获取成本", "元/个", "广告费用 ÷ 新客户数。"),
    },
    quarter=QUARTER,
    push=PUSH,
)

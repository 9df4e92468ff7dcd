"""What people write when they ask for help: short invented sentences in the demo's two languages, by service."""

from __future__ import annotations

ZH = {
    "food": (
        "家里菜只够今天了",
        "三口人,蔬菜和鸡蛋都没有了",
        "米还有,想要些蔬菜和肉",
        "老人牙口不好,想要软一点的菜",
        "团购没抢到,家里断菜两天了",
        "宝宝需要奶粉,二段",
        "需要食用油和大米",
        "住五楼,下不来,麻烦送到门口",
        "糖尿病人,请尽量给粗粮和青菜",
        "上次送的菜有一半坏了,想补一些",
    ),
    "medicine": (
        "降压药明天吃完",
        "胰岛素快用完了,要冷藏",
        "孩子发烧,需要退烧药",
        "慢性病药还剩三天,有处方",
        "需要代配药,医保卡可以交给志愿者",
        "哮喘喷雾用完了",
        "换药用的纱布和碘伏没有了",
        "透析病人,需要磷结合剂",
    ),
    "supplies": (
        "需要婴儿尿不湿,L号",
        "卫生巾用完了",
        "煤气罐空了",
        "需要口罩和消毒液",
        "饮水机的桶装水没了",
        "猫粮断了",
        "成人纸尿裤需要两包",
    ),
    "elder_care": (
        "老人独居,想请人每天问一声",
        "老人不会用手机,登记不了",
        "卧床老人需要翻身护理指导",
        "保姆被隔在外面,老人没人做饭",
    ),
    "child_care": (
        "父母都在隔离点,孩子一个人在家",
        "双职工医护,孩子需要人看两小时",
        "孩子上网课没有设备",
        "新生儿黄疸,想问护理",
    ),
    "counselling": (
        "睡不着,想找人说说话",
        "焦虑得厉害,一直刷消息",
        "家里人天天吵架",
        "一个人住,很久没跟人说话了",
        "孩子情绪很差,不肯出房间",
        "考研在家,心里很慌",
    ),
    "medical_transport": (
        "周二周五要去医院透析",
        "孕三十八周,产检要用车",
        "化疗日期到了,需要接送",
        "老人摔了一跤,想去拍片",
        "孩子高烧不退,要去医院",
    ),
    "repairs": (
        "水管漏水,楼下也渗了",
        "家里停电,只有我们一户",
        "门锁坏了打不开",
        "马桶堵了",
        "燃气灶打不着火",
    ),
}
EN = {
    "food": (
        "We have vegetables for one more day",
        "Out of rice and eggs, two adults",
        "Baby formula, stage 2, please",
    ),
    "medicine": ("Blood pressure pills run out tomorrow", "Asthma inhaler is empty"),
    "supplies": ("Diapers, size L", "No drinking water left"),
    "elder_care": ("My grandmother lives alone, please check on her",),
    "child_care": ("Both parents in isolation, a child of nine at home",),
    "counselling": ("I cannot sleep and would like to talk to someone", "Alone since two weeks and anxious"),
    "medical_transport": ("Dialysis on Tuesday and Friday, need a car", "Prenatal check at 36 weeks"),
    "repairs": ("Water pipe is leaking", "No power in our flat"),
}
DECLINED = (
    "不在本服务范围,已转告物业",
    "小区门口便民点今天有售,请到那里购买",
    "该药品需先线上复诊,请联系社区医生",
    "申请内容不全且联系不上",
)
WITHDRAWN = ("邻居已经给了", "团购到货了", "家人已解决", "不需要了,谢谢")
LAPSED = ("车辆临时调走,退回社区", "志愿者被隔离,退回社区", "超过约定时间未送出")
REOPENED = ("东西没有收到", "送错单元了", "药的规格不对", "只送到一半")
TAKEN_BACK = ("复核后可以受理", "点错了,恢复", "与另一户不是同一件事")

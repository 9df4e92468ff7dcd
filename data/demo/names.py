"""Invented Chinese names of places and organizations. None is meant to be the name of a real place or person."""

from __future__ import annotations

# code suffix, name, name in English, subdistrict suffix, a point (metres) near its middle
COMMUNITIES = [
    ("01001", "梅汀社区", "Meiting Community", "01", (-1320, 250)),
    ("01002", "米市社区", "Mishi Community", "01", (-640, 60)),
    ("01003", "织造社区", "Zhizao Community", "01", (-650, -550)),
    ("01004", "南宅社区", "Nanzhai Community", "01", (-700, -1200)),
    ("01005", "书院社区", "Shuyuan Community", "01", (-600, 1150)),
    ("02001", "莲塘社区", "Liantang Community", "02", (200, -420)),
    ("02002", "印月社区", "Yinyue Community", "02", (250, -1200)),
    ("02003", "听荷社区", "Tinghe Community", "02", (300, 850)),
    ("02004", "云和社区", "Yunhe Community", "02", (1150, 800)),
    ("02005", "星桥社区", "Xingqiao Community", "02", (1150, -500)),
]
SUBDISTRICTS = [("01", "桂桥街道", "Guiqiao Subdistrict"), ("02", "枫汀街道", "Fengting Subdistrict")]
CITY = ("99900", "邻里示例市", "Linli Example City")
DISTRICT = ("999001", "邻里演示区", "Linli Demonstration District")

# Series of numbered estates of the old town, by community code suffix.
SERIES = {
    "01002": "米市新村",
    "01003": "织造新村",
    "01001": "梅汀新村",
    "02001": "莲塘新村",
    "01004": "南宅小区",
    "01005": "书院新村",
    "02002": "印月新村",
    "02003": "听荷新村",
    "02004": "云和新村",
    "02005": "星桥新村",
}
NUMERALS = "一二三四五六七八九"

GARDEN_NAMES = [
    *["桂语花苑", "荷塘月苑", "金桂家园", "石埠公寓", "蚕花苑", "柳烟人家", "水月花园", "芦汀苑"],
    *["枕河家园", "杏坛公寓", "锦带花园", "白荡花苑", "青枫苑", "书香门第", "采菱家园", "红叶苑"],
    *["望川公寓", "听雨花苑", "茶亭公寓", "春晓家园", "槐荫苑", "玉兰花园", "丝厂公寓", "桥西家园"],
    *["银杏苑", "临河公寓", "枫桥人家", "长街花苑", "紫藤苑", "翠竹家园", "浅山花园", "甘棠苑"],
    *["香樟公寓", "合欢家园", "晓风苑", "莲花公寓", "秋水花园", "桑园家园", "白藤花苑", "板桥公寓"],
    *["双桥家园", "流霞苑", "木樨花园", "晴川公寓", "雁来苑", "听松家园", "芳草苑", "清禾公寓"],
]
TOWER_NAMES = [
    *["云澜府", "星汀名邸", "望汀华庭", "枫林悦府", "锦绣云庭", "天际公馆", "御河湾", "桂川府"],
    *["汀澜轩", "揽月名邸", "云和华府", "星辰广场公寓", "澜庭", "翡翠河滨", "雅戈名庭", "起云居"],
    *["时光之城", "千松华庭", "澄园", "未来里", "青云府", "棠颂", "文漪九里", "河畔印象"],
    *["北苑名城", "新枫时代", "晨曦里", "听澜国际", "悦江湾", "映月台", "清岚府", "远香湖苑"],
    *["铂悦公馆", "白鹭郡", "乐章", "金澜里", "禾风里", "镜湖名邸", "璟园", "汇川城"],
    *["知秋里", "山语城", "颐和府", "沐春里", "明湖轩", "和畅里"],
]
VILLA_NAMES = ["芦花别苑", "荷风山庄", "静水别院", "桃源小筑", "蓝湾半岛", "鹭岛别苑", "松庐", "菱溪里别院"]

# name, name in English, roles it serves in, communities (code suffixes) it is at home in
ORGANIZATIONS = [
    (
        "桂桥街道志愿服务队",
        "Guiqiao Volunteer Corps",
        ("delivery", "gate", "sweep"),
        ("01001", "01002", "01003"),
    ),
    (
        "枫汀街道志愿服务队",
        "Fengting Volunteer Corps",
        ("delivery", "gate", "sweep"),
        ("02003", "02004", "02005"),
    ),
    ("邻里互助会", "Neighbours' Mutual Aid", ("delivery", "care"), ("01003", "02001")),
    ("蓝衫应急救援队", "Blueshirt Rescue Team", ("transport", "gate"), ("01002", "02001", "02003", "02004")),
    ("暖巢助老服务社", "Warm Nest Elder Care", ("care",), ("01002", "01005", "02001")),
    ("小树苗儿童关爱中心", "Sapling Children's Centre", ("care",), ("02003", "02004")),
    ("心桥心理援助站", "Heart Bridge Counselling", ("care",), ("02003", "01003", "02002")),
    (
        "南圩农产配送合作社",
        "Nanwei Farmers' Delivery Co-op",
        ("delivery",),
        ("01004", "02002", "02005", "01005"),
    ),
    ("顺路车队", "On-the-Way Drivers", ("transport", "delivery"), ("01005", "02002", "02005", "01001")),
    ("文漪大学生服务团", "Wenyi Student Service Group", ("delivery", "care", "sweep"), ("01005", "02003")),
]

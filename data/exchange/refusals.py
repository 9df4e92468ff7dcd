"""Why a whole file was not taken, and nothing changed: one sentence, in both languages of the interface."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from data.exchange.reasons import Reason, listed, quoted


def empty_file(name: str) -> Reason:
    return Reason(f"{name} is empty", f"{name} 是空文件")


def no_rows(name: str) -> Reason:
    return Reason(f"{name} has no rows", f"{name} 没有数据行")


def unreadable_file(name: str, why: str = "") -> Reason:
    return Reason(f"{name} cannot be read{': ' + why if why else ''}", f"{name} 无法读取{'：' + why if why else ''}")


def wrong_format(name: str, extension: str, found: tuple[str, str]) -> Reason:
    return Reason(
        f"{name} ends in {extension} but holds {found[0]}",
        f"{name} 的扩展名是 {extension}，内容却是{found[1]}",
    )


def several_layers(name: str, layers: Iterable[str]) -> Reason:
    names = listed(layers, 40)
    return Reason(
        f"{name} has several layers; name one with --layer: {names}",
        f"{name} 有多个图层，请用 --layer 指定：{names}",
    )


def no_such_layer(name: str, asked: str, layers: Iterable[str]) -> Reason:
    names = listed(layers, 40)
    return Reason(f"{name} has no layer {asked}; it has: {names}", f"{name} 没有图层 {asked}；现有：{names}")


def unknown_encoding(encoding: str) -> Reason:
    return Reason(f"{encoding} is not a known encoding", f"不认识的编码 {encoding}")


def unknown_field(asked: str, fields: Iterable[str]) -> Reason:
    return Reason(
        f"there is no field {asked}; the fields are: {listed(fields, 40)}",
        f"没有字段 {asked}；可用字段：{listed(fields, 40)}",
    )


def unknown_column(asked: str, columns: Iterable[str]) -> Reason:
    return Reason(
        f"the file has no column {asked}; it has: {listed(columns, 40)}",
        f"文件没有列 {asked}；现有：{listed(columns, 40)}",
    )


def unknown_choice(field_name: str, ours: str, choices: Iterable[str]) -> Reason:
    return Reason(
        f"--value {field_name}: {ours} is none of {listed(choices)}",
        f"--value {field_name}：{ours} 不在可选值之内（{listed(choices)}）",
    )


def no_column_for(fields: Mapping[str, tuple[str, str]], columns: Iterable[str]) -> Reason:
    """`fields`: name to its titles; the first of them stands in the example."""
    first = next(iter(fields))
    have = listed(columns, 40)
    return Reason(
        f"no column for {listed(fields)}; give it with --field {first}=COLUMN. The columns are: {have}",
        f"没有对应“{listed(zh for _, zh in fields.values())}”的列；请用 --field {first}=列名 指定。现有列：{have}",
    )


def no_coordinate_columns(columns: Iterable[str]) -> Reason:
    have = listed(columns, 40)
    return Reason(
        f"no columns with coordinates; give them with --field lng=COLUMN --field lat=COLUMN (or wkt=COLUMN). "
        f"The columns are: {have}",
        f"没有坐标列；请用 --field lng=列名 --field lat=列名（或 wkt=列名）指定。现有列：{have}",
    )


def not_degrees(name: str) -> Reason:
    return Reason(
        f"{name} names no coordinate system, and its coordinates are not degrees; add the .prj file, or save it "
        "as longitude and latitude",
        f"{name} 没有坐标系说明，坐标也不是经纬度；请补上 .prj 文件，或另存为经纬度",
    )


def unknown_coordinate_system(name: str, crs: str) -> Reason:
    return Reason(
        f"the coordinate system of {name} is not known: {quoted(crs)}",
        f"{name} 的坐标系无法识别：{quoted(crs)}",
    )


def header_is_data() -> Reason:
    return Reason("the first line seems to be data, not column names", "第一行看起来是数据，不是列名")


def unknown_extension(name: str, known: Iterable[str]) -> Reason:
    return Reason(f"{name}: the extension must be one of {listed(known)}", f"{name}：扩展名须为 {listed(known)} 之一")


def unwritable_file(name: str, why: str) -> Reason:
    return Reason(f"{name} cannot be written: {why}", f"{name} 无法写入：{why}")


def unknown_reference(asked: str, known: Iterable[str]) -> Reason:
    return Reason(
        f"--geometry-from {asked}: write LAYER.FIELD, as in compounds.name; layers are {listed(known)}",
        f"--geometry-from {asked}：请写成 图层.字段，如 compounds.name；图层有 {listed(known)}",
    )


def no_name_to_join_by(field: str) -> Reason:
    """`field`: one that the layer has and that may hold the name."""
    return Reason(
        f"--geometry-from: no column gives the name to look up; use --field {field}=COLUMN",
        f"--geometry-from：没有可供查找的名称列；请用 --field {field}=列名",
    )


def reference_is_empty(layer: str) -> Reason:
    return Reason(
        f"--geometry-from: there are no {layer} yet; load them first", f"--geometry-from：尚无 {layer}，请先导入"
    )


# ---- why a load ended before the end of its file


def stopped_by_hand() -> Reason:
    return Reason("stopped by hand", "已手动停止")


def disk_full() -> Reason:
    return Reason("the disk is full", "磁盘已满")


def store_failed(why: str) -> Reason:
    return Reason(f"the store failed: {why}", f"数据库出错：{why}")


def source_failed(why: str) -> Reason:
    return Reason(f"the file cannot be read further: {why}", f"文件无法继续读取：{why}")

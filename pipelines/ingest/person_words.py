"""Words of Vietnamese names of persons, and places that are named like one.

Here: surnames by how sure they are, middle and given names, streets, provinces. Not here: finding a name (persons).
Invariant: a word stands in one list of surnames only; each with a capital, and found in capitals too.
"""

from __future__ import annotations

# Surnames that are no other word; with one or two names after them they are a person's.
SURE = "Nguyễn|Trần|Phạm|Huỳnh|Nguyen|Tran|Pham|Huynh"
STRONG = "Hoàng|Phan|Võ|Đặng|Bùi|Ngô|Trương|Đinh|Trịnh|Thạch|Dương|Quách|Phùng|Lê"
# Surnames written without marks, before «van» or «thi».
UNMARKED = "Le|Vo|Bui|Dang|Do|Hoang|Ngo|Duong|Ly|Dinh|Truong|Phan|Lam|Trinh|Thach"
# Surnames that are words too (hồ sơ, danh mục, lý lịch), or rare ones: a person's only beside names of persons.
WEAK = (
    "Vũ|Đỗ|Hồ|Lý|Lâm|Đoàn|Danh|Tăng|Châu|Tô|Hứa|Lương|Mai|Thái|Cao|Đào|Triệu|Vương|Tạ|Kiều|Diệp|Kim|Sơn|Liêu|Trà|Lưu|"
    "Hà|La|Âu|Bạch|Bành|Bế|Biện|Cái|Cấn|Chu|Chử|Cù|Cung|Doãn|Đàm|Đàng|Đậu|Điền|Đới|Đồng|Giang|Giáp|Hàn|Hàng|"
    "Hình|Hồng|Kha|Khổng|Khúc|Khương|Kiên|Lã|Lạc|Lại|Lục|Lữ|Mã|Mạc|Mạch|Nghiêm|Ngụy|Nhan|Nhâm|Ninh|Nông|Ong|Phí|Phó|"
    "Quan|Quản|Sầm|Sử|Tào|Thân|Thẩm|Thiều|Tiết|Tiêu|Tống|Trầm|Trình|Từ|Tưởng|Ung|Uông|Văn|Vi|Viên|Vòng|Vưu|Sa|Chau|"
    "Neáng|Néang|Thị"
)
MIDDLE = (
    "Văn|Thị|Hữu|Đức|Minh|Thanh|Ngọc|Quốc|Hoàng|Xuân|Quang|Phước|Tấn|Chí|Bích|Hồng|Thúy|Thùy|Tuấn|Hoài|Khánh|Duy|Nhật|"
    "Trọng|Đình|Bá|Sỹ|Viết|Huy|Phi|Thế|Diễm|Tuyết|Cẩm|Ánh|Sa|Sà|Sô"
)
# Given names common enough that, after a surname, they leave no doubt.
GIVEN = (
    "An|Anh|Ân|Bảo|Bé|Bình|Bửu|Châu|Chi|Chiến|Chung|Cúc|Cường|Danh|Diễm|Diệu|Dũng|Duy|Duyên|Dương|Đan|Đạt|Đăng|Đức|Em|"
    "Giang|Hà|Hải|Hân|Hằng|Hạnh|Hào|Hảo|Hậu|Hiền|Hiếu|Hoa|Hòa|Hoài|Hoàng|Hồng|Huệ|Hùng|Huy|Huyền|Hưng|Hương|Hường|Hữu|"
    "Khang|Khánh|Khoa|Khôi|Kiệt|Kiều|Lam|Lan|Lâm|Liên|Linh|Loan|Lộc|Lợi|Luân|Ly|Mai|Mẫn|Minh|Mỹ|My|Nam|Nga|Ngân|Nghĩa|"
    "Ngọc|Nguyên|Nhã|Nhân|Nhi|Nhiên|Như|Nhung|Oanh|Phát|Phong|Phú|Phúc|Phụng|Phước|Phương|Phượng|Quân|Quang|Quý|Quyên|"
    "Quỳnh|Sang|Tài|Tâm|Tân|Thanh|Thành|Thảo|Thắng|Thắm|Thi|Thịnh|Thoa|Thơ|Thu|Thuận|Thúy|Thùy|Thủy|Thư|Tiên|Tiến|Toàn|"
    "Trâm|Trân|Trang|Tri|Trí|Trinh|Trọng|Trúc|Trung|Tú|Tuấn|Tùng|Tuyền|Tuyết|Út|Uyên|Vân|Việt|Vinh|Vy|Xuân|Xuyến|Yến"
)
# Words before the one name somebody is called by; in small letters, for with a capital they begin other things.
CALLED = "ông|bà|anh|chị|cháu|cô|chú|cậu|dì"
# Two words that, with capitals, belong to a heading or a place: none is a piece of a name.
NO_NAMES = (
    "(?:văn) (?:bản|hóa|hoá|phòng|thư|bằng|minh|nghệ|học|xã|miếu|chương|kiện|phẩm|lang|công|bia|khoa|tự)"
    "|(?:thị) (?:trấn|xã|trường|tứ|thành|sát|chính|thực|hành|lực|giác|phần|vệ|nại|hiếu)"
    "|(?:đô|siêu|chỉ|hiển|thành|nông|quản|cận|viễn|nhân|sự|công|trường|đường|phường|xã|ấp|khóm|thôn|chợ|cầu|huyện|quận"
    "|tỉnh|phố|sở|phòng|ban|trung|bộ|khu|nhà|cục|hội|viện|nền|nếp|các|và|hoặc|của|từ|theo|loại|số|lớp|môn|ngữ|nhân"
    "|giám|tổ|đội|chi|phần|sống|làm|ra|bởi|gửi|nhận|trình|ký|thể|hợp|cấp) (?:văn|thị)"
    "|bà rịa|cô tô|chú ý|anh quốc|bà mẹ|anh em|chị em|cô giáo"
)
# Streets, wards, schools and honours are named after people; those names are nobody's personal data.
NAMED_AFTER = (
    "đường|(?<!thành )phố|phường|xã|thị trấn|quận|huyện|p\\.|ấp|khóm|thôn|chợ|cầu|trường|thpt|thcs|tiểu học|mầm non"
    "|bệnh viện|công viên|bảo tàng|giải thưởng|huân chương|huy chương"
)
# Before these a rare name may be a place or a company too.
PLACES = "tỉnh|thị xã|tx\\.|thành phố|tp\\.?|công ty|tnhh|cửa hàng|ngân hàng"
NOBODY = (
    "hồ chí minh|trần đề|bà rịa|trần phú|phan thiết|phan rang|hoàng sa|hà nội|hà nam|hà giang|hà tĩnh|thái bình"
    "|thái nguyên|lâm đồng|trà vinh|sơn la|cao bằng|hồng dân|châu thành|châu phú|châu đốc|tân châu|hồng ngự|kim thành"
    "|lai châu|mai châu|hàn quốc|giang thành|thanh hóa|quản lộ|văn lâm|văn giang|văn bình|an giang|kiên giang"
    "|hồng hà|trà my|hoàng mai|lê lợi|lê lai|lý sơn|hà tiên|hà đông|lương tài|thái thụy"
)

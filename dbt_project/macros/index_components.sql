{# CTE body: the components of the index of Quyết định 766 (domain/11 11.1), each with its days in force.

   points = most × rate, all of them from the rate `full_at` (percent) on. `when_empty`: what a whole of 0 gives (none:
   no points can be said, full, zero); `when_missing`: what an input nobody delivers gives. Evidence as in the domain:
   S seen, A assumed. Gives group_no, group_label, component_no, component_code, label, max_points, full_at, when_empty,
   when_missing, evidence, valid_from, valid_to. #}
{% macro index_components() -%}
    {%- set groups = {
        1: 'Công khai, minh bạch',
        2: 'Tiến độ, kết quả giải quyết',
        3: 'Số hóa hồ sơ',
        4: 'Cung cấp dịch vụ trực tuyến',
        5: 'Mức độ hài lòng'
    } -%}
    {%- set rows = [
        (1, 1, 'published_on_time', 'Quyết định công bố TTHC ban hành đúng hạn', 6, 100, 'none', 'none', 'S'),
        (1, 2, 'updated_on_time', 'TTHC được cập nhật, công khai đúng hạn', 4, 100, 'none', 'none', 'S'),
        (1, 3, 'content_complete', 'TTHC công khai đầy đủ nội dung', 2, 100, 'none', 'none', 'S'),
        (1, 4, 'synchronised', 'Hồ sơ được đồng bộ', 6, 100, 'none', 'none', 'S'),
        (2, 1, 'progress', 'Hồ sơ giải quyết trước hạn, đúng hạn và đang giải quyết trong hạn', 20, 100, 'none', 'none', 'S'),
        (3, 1, 'electronic_result', 'Hồ sơ có kết quả điện tử', 6, 100, 'none', 'none', 'S'),
        (3, 2, 'components_digitised', 'Hồ sơ có thành phần được số hóa', 4, 80, 'none', 'none', 'S'),
        (3, 3, 'data_reused', 'Hồ sơ khai thác, sử dụng lại dữ liệu số hóa', 2, 80, 'none', 'none', 'S'),
        (3, 4, 'personal_store', 'Kết quả lưu vào kho dữ liệu cá nhân', 4, 100, 'none', 'none', 'S'),
        (3, 5, 'dossiers_linked', 'Hồ sơ kết nối dữ liệu dân cư', 2, 100, 'none', 'none', 'S'),
        (3, 6, 'procedures_linked', 'TTHC kết nối dữ liệu dân cư', 2, 100, 'none', 'none', 'S'),
        (3, 7, 'certified_copy', 'Chứng thực bản sao điện tử', 2, 100, 'none', 'none', 'S'),
        (4, 1, 'services_provided', 'TTHC cung cấp dịch vụ công trực tuyến', 2, 80, 'none', 'none', 'S'),
        (4, 2, 'services_used', 'Dịch vụ công trực tuyến phát sinh hồ sơ', 4, 100, 'none', 'none', 'S'),
        (4, 3, 'online_dossiers', 'Hồ sơ tiếp nhận trực tuyến', 6, 50, 'none', 'none', 'S'),
        (4, 4, 'payment_first', 'Thanh toán trực tuyến, thành phần A', 6, 100, 'none', 'none', 'A'),
        (4, 5, 'payment_services', 'TTHC tích hợp thanh toán trực tuyến', 2, 80, 'none', 'none', 'S'),
        (4, 6, 'payment_third', 'Thanh toán trực tuyến, thành phần C', 2, 80, 'none', 'none', 'A'),
        (5, 1, 'feedback_on_time', 'Phản ánh, kiến nghị trả lời đúng hạn', 6, 100, 'full', 'none', 'S'),
        (5, 2, 'feedback_satisfied', 'Hài lòng với trả lời phản ánh, kiến nghị', 6, 100, 'full', 'none', 'S'),
        (5, 3, 'reception_satisfied', 'Hài lòng với tiếp nhận, giải quyết hồ sơ', 6, 90, 'zero', 'zero', 'S')
    ] -%}
    {%- for group_no, no, code, label, most, full_at, when_empty, when_missing, evidence in rows %}
        select
            {{ group_no }} as group_no,
            '{{ groups[group_no] }}' as group_label,
            {{ no }} as component_no,
            '{{ code }}' as component_code,
            '{{ label }}' as label,
            {{ most }} as max_points,
            {{ full_at }} as full_at,
            '{{ when_empty }}' as when_empty,
            '{{ when_missing }}' as when_missing,
            '{{ evidence }}' as evidence,
            cast('2022-08-01' as date) as valid_from,
            cast(null as date) as valid_to
        {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
